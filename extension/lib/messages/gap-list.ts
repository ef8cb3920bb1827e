// A sorted list of whole numbers in little room: the gaps between them, seven bits a byte (LEB128). Pure.
//
// Numbers are below 2^53. Every 64th has an entry in a table, so a look-up reads 64 gaps at most.

const BLOCK = 64; // numbers
const STEP = 1 << 13; // gaps read between two chances to rest: a tenth of a millisecond
const MORE = 0x80; // another byte follows
const BASE = 0x80;
const BASE64_STEP = 3 * 8192; // a multiple of 3, so that the parts' base64 can be joined

/** Called again and again while a list is read, so that a page can go on in between. */
export type Rest = () => Promise<void> | undefined;

/** Return sorted numbers as base64 text. */
export function makeGapList(numbers: Iterable<number>): string {
  const bytes: number[] = [];
  let last = 0;
  for (const number of numbers) {
    let gap = number - last;
    last = number;
    for (; gap >= BASE; gap = Math.floor(gap / BASE)) bytes.push((gap % BASE) | MORE);
    bytes.push(gap);
  }
  return toBase64(Uint8Array.from(bytes));
}

/** Return the list of a base64 text; null where it is none. */
export async function readGapList(text: string, rest: Rest): Promise<GapList | null> {
  const bytes = await fromBase64(text, rest);
  return bytes && GapList.of(bytes, rest);
}

export class GapList {
  private constructor(
    private readonly packed: Uint8Array,
    /** The number before each block, and where its first gap begins. */
    private readonly before: Float64Array,
    private readonly starts: Uint32Array,
  ) {}

  /** Make the table of blocks. */
  static async of(packed: Uint8Array, rest: Rest): Promise<GapList> {
    const [before, starts]: [number[], number[]] = [[], []];
    let number = 0;
    for (let at = 0, count = 0; at < packed.length; count++) {
      if (count % BLOCK === 0) {
        before.push(number);
        starts.push(at);
      }
      if (count % STEP === 0) await rest();
      let byte = packed[at++] ?? 0;
      let scale = BASE;
      for (number += byte & ~MORE; byte & MORE; scale *= BASE) {
        byte = packed[at++] ?? 0;
        number += (byte & ~MORE) * scale;
      }
    }
    return new GapList(packed, Float64Array.from(before), Uint32Array.from(starts));
  }

  get bytes(): number {
    return this.packed.byteLength + this.before.byteLength + this.starts.byteLength;
  }

  has(number: number): boolean {
    return this.firstAtLeast(number) === number;
  }

  /** Return the first number that is `least` or greater; null where there is none. */
  firstAtLeast(least: number): number | null {
    const block = this.#blockBefore(least);
    let number = this.before[block] ?? 0;
    for (let at = this.starts[block] ?? 0; at < this.packed.length;) {
      let byte = this.packed[at++] ?? 0;
      let scale = BASE;
      for (number += byte & ~MORE; byte & MORE; scale *= BASE) {
        byte = this.packed[at++] ?? 0;
        number += (byte & ~MORE) * scale;
      }
      if (number >= least) return number;
    }
    return null;
  }

  // The last block before whose first number all are less than `least`.
  #blockBefore(least: number): number {
    let low = 0;
    let high = this.before.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.before[middle] ?? Infinity) < least) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += BASE64_STEP)
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + BASE64_STEP))));
  return parts.join("");
}

const TEXT_STEP = (4 * BASE64_STEP) / 3; // characters for as many bytes

async function fromBase64(text: string, rest: Rest): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  for (let from = 0; from < text.length; from += TEXT_STEP) {
    const part = decoded(text.slice(from, from + TEXT_STEP));
    if (part === null) return null;
    for (let at = 0; at < part.length; at++) bytes[length++] = part.charCodeAt(at);
    await rest();
  }
  return bytes.subarray(0, length);
}

function decoded(text: string): string | null {
  try {
    return atob(text);
  } catch {
    return null;
  }
}
