// A directory's file `places`: in which block each key's row stands, and where each block lies. Pure.
//
// The format and the checks are those of Places in core/passerelle/directory/places.py; both run tests/data/vectors/blocks.json.
import { firstAtLeast } from "./keys";

const MAGIC = 0x434c5050; // "PPLC", read as a little-endian number
const FORMAT = 1;
const HEADER = 16; // bytes
const MAX_PACKED_BLOCK = 2 ** 17 + 2 ** 12; // bytes, as MAX_PACKED_BLOCK in core/passerelle/directory/blocks.py

/** Where a block lies: the number of the file of rows, its first byte and the byte after its last one. */
export interface Place {
  readonly file: number;
  readonly start: number;
  readonly end: number;
}

export class Places {
  private constructor(
    private readonly blocks: Uint16Array | Uint32Array,
    private readonly starts: Float64Array,
    private readonly fileStarts: Float64Array,
  ) {}

  /** Check the lengths that the header promises; null for what is no such file. `sizes`: bytes of the files of rows. */
  static read(file: ArrayBuffer, sizes: readonly number[]): Places | null {
    if (file.byteLength < HEADER) return null;
    const header = new DataView(file);
    const width = header.getUint16(6, true);
    const [blocks, keys] = [header.getUint32(8, true), header.getUint32(12, true)];
    const isKnown = header.getUint32(0, true) === MAGIC && header.getUint16(4, true) === FORMAT;
    if (!isKnown || (width !== 2 && width !== 4)) return null;
    const start = HEADER + blocks * 4;
    if (file.byteLength !== start + keys * width) return null;
    const numbers = width === 2 ? new Uint16Array(file, start, keys) : new Uint32Array(file, start, keys);
    return new Places(numbers, startsOf(new Uint32Array(file, HEADER, blocks)), startsOf(sizes));
  }

  get length(): number {
    return this.blocks.length;
  }

  /** Return the block number of the key at a position. */
  blockOf(position: number): number {
    return this.blocks[position] ?? Infinity;
  }

  /** Return where a block lies; null where it is not whole in one file, or larger than a block may be. */
  find(block: number): Place | null {
    const [start, end] = [this.starts[block], this.starts[block + 1]];
    if (start === undefined || end === undefined || end - start > MAX_PACKED_BLOCK) return null;
    const file = firstAtLeast(this.fileStarts, start + 1) - 1;
    const [from, to] = [this.fileStarts[file], this.fileStarts[file + 1]];
    if (from === undefined || to === undefined || end > to) return null;
    return { file, start: start - from, end: end - from };
  }
}

function startsOf(lengths: ArrayLike<number>): Float64Array {
  const starts = new Float64Array(lengths.length + 1);
  for (let at = 0; at < lengths.length; at++) starts[at + 1] = (starts[at] ?? 0) + (lengths[at] ?? 0);
  return starts;
}
