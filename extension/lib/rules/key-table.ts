// A directory's file `keys`: the 32-bit keys of all rows in ascending order, searched as it comes. Pure.
//
// The format and the checks are those of KeyTable in core/passerelle/directory/keys.py; both run tests/data/vectors/blocks.json.
import { firstAtLeast, type Keys } from "./keys";
import { UNKNOWN_LOOK } from "./looks";

const MAGIC = 0x59454b50; // "PKEY", read as a little-endian number
const [FORMAT, FORMAT_WITH_LOOKS] = [1, 2];
const HEADER = 12; // bytes
const TABLE_BITS = 16;
const UPPER_HALVES = 2 ** TABLE_BITS;
const LOWER_HALF = UPPER_HALVES - 1;
export const MAX_SAME_KEY = 8; // positions read for one key

export class KeyTable implements Keys {
  private constructor(
    private readonly keys: Uint16Array | Uint32Array,
    /** Where the keys of each upper half end; null where whole keys are stored. */
    private readonly ends: Uint32Array | null,
    /** What a mark shows of each key's row, two in a byte; empty where the file does not say. */
    private readonly looks: Uint8Array,
  ) {}

  /** Check the lengths that the header promises; null for what is no such file. */
  static read(file: ArrayBuffer): KeyTable | null {
    if (file.byteLength < HEADER) return null;
    const header = new DataView(file);
    const [bits, count] = [header.getUint16(6, true), header.getUint32(8, true)];
    const format = header.getUint16(4, true);
    if (header.getUint32(0, true) !== MAGIC || (format !== FORMAT && format !== FORMAT_WITH_LOOKS))
      return null;
    if (bits !== 0 && bits !== TABLE_BITS) return null;
    const start = HEADER + (bits && UPPER_HALVES * 2);
    const end = start + count * (bits ? 2 : 4);
    if (file.byteLength !== end + (format === FORMAT_WITH_LOOKS ? Math.ceil(count / 2) : 0)) return null;
    const looks = new Uint8Array(file, end);
    // Every machine that runs Chromium or Firefox is little-endian, as the file is.
    if (!bits) return new KeyTable(new Uint32Array(file, start, count), null, looks);
    const ends = endsOf(new Uint16Array(file, HEADER, UPPER_HALVES));
    return ends[UPPER_HALVES] === count
      ? new KeyTable(new Uint16Array(file, start, count), ends, looks)
      : null;
  }

  get length(): number {
    return this.keys.length;
  }

  /** Return the positions of a key, at most MAX_SAME_KEY. */
  find(key: number): readonly number[] {
    const upper = key >>> TABLE_BITS;
    const [from, to] = this.ends ? [this.ends[upper], this.ends[upper + 1]] : [0, this.keys.length];
    const wanted = this.ends ? key & LOWER_HALF : key;
    const found: number[] = [];
    for (let at = firstAtLeast(this.keys, wanted, from, to); at < (to ?? 0); at++) {
      if (this.keys[at] !== wanted || found.length === MAX_SAME_KEY) break;
      found.push(at);
    }
    return found;
  }

  has(key: number): boolean {
    return this.find(key).length > 0;
  }

  /** Return the number of the look of the key at a position. */
  lookAt(position: number): number {
    const pair = this.looks[position >>> 1] ?? UNKNOWN_LOOK;
    return position % 2 ? pair >>> 4 : pair & 15;
  }
}

function endsOf(counts: Uint16Array): Uint32Array {
  const ends = new Uint32Array(counts.length + 1);
  for (let at = 0, end = 0; at < counts.length; at++) ends[at + 1] = end += counts[at] ?? 0;
  return ends;
}
