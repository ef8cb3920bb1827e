// Blocks of a directory's rows: unpacked within bounds, and searched for the lines that name a person.
//
// As core/passerelle/directory/blocks.py and lookup.py; both run tests/data/vectors/blocks.json.
import { MAX_SAME_KEY } from "./key-table";

const MAX_LINE = 2 ** 16; // bytes
const MAX_BLOCK = 2 ** 17; // bytes of an unpacked block
const NEWLINE = "\n";

/** Return the bytes of a block's lines; null where it is cut short, damaged, or larger than a block may be. */
export async function openBlock(packed: Blob): Promise<Uint8Array | null> {
  const magic = new Uint8Array(await packed.slice(0, 2).arrayBuffer());
  const isPacked = magic[0] === 0x1f && magic[1] === 0x8b;
  if (!isPacked) return packed.size > MAX_BLOCK ? null : new Uint8Array(await packed.arrayBuffer());
  try {
    return await readWithin(packed.stream().pipeThrough(new DecompressionStream("gzip")), MAX_BLOCK);
  } catch (error) {
    if (error instanceof DOMException) throw error; // the file itself cannot be read
    return null; // how a damaged stream ends: https://compression.spec.whatwg.org/
  }
}

// One byte more than allowed ends the reading, so a bomb costs no more than a block.
async function readWithin(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const whole = new Uint8Array(limit);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return whole.subarray(0, length);
    if (length + value.length > limit) {
      await reader.cancel();
      return null;
    }
    whole.set(value, length);
    length += value.length;
  }
}

/** A block to be searched many times: one character for each byte, so that places in all three are the same. */
export class BlockText {
  readonly #text: string;
  readonly #lowered: string;

  constructor(private readonly bytes: Uint8Array) {
    this.#text = new TextDecoder("latin1").decode(bytes);
    this.#lowered = this.#text.toLowerCase();
  }

  /** Return the lines with this id, at most MAX_SAME_KEY. What they say is not checked. */
  linesOfId(restId: string): string[] {
    return this.#linesWith(`"rest_id":"${restId}"`);
  }

  /** Return the lines with this @name in any case, likewise. */
  linesOfName(screenName: string): string[] {
    return this.#linesWith(`"screen_name":"${screenName.toLowerCase()}"`);
  }

  #linesWith(needle: string): string[] {
    const spans = this.#spansWith(needle);
    return spans.flatMap(([start, end]) => utf8(this.bytes.subarray(start, end)));
  }

  #spansWith(needle: string): [number, number][] {
    const spans: [number, number][] = [];
    let at = this.#lowered.indexOf(needle);
    while (at >= 0 && spans.length < MAX_SAME_KEY) {
      const start = this.#text.lastIndexOf(NEWLINE, at) + 1;
      const found = this.#text.indexOf(NEWLINE, at);
      const end = found < 0 ? this.#text.length : found;
      if (end - start <= MAX_LINE) spans.push([start, end]);
      at = this.#lowered.indexOf(needle, end);
    }
    return spans;
  }
}

function utf8(bytes: Uint8Array): string[] {
  try {
    return [new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)];
  } catch {
    return []; // no text, so no row
  }
}
