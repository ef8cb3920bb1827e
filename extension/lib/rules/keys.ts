// Keys of people: CRC-32 of an @name or an id, by which directory and tabs find them without network or Python. Pure.
//
// The same as name_key and id_key in the core; both run tests/data/vectors/keys.json.

/** Where the background leaves the index for content scripts, in `storage.local`. Absent while badges are off. */
export const BADGE_INDEX = "badge-index";
/** The same of the people whose X profile names an account. */
export const BADGE_HINTS = "badge-hints";

/** The index of hints as it lies in `storage.local`: `keys` are sorted unsigned 32-bit little-endian integers in base64. */
export interface StoredHintKeys {
  readonly version: number;
  readonly keys: string;
}

/** A person as a page names them. */
export interface NamedPerson {
  readonly screenName: string;
  readonly restId: string | null;
}

/** Return the key of an X name: CRC-32 of "n:" and the name in lower case. */
export function nameKey(screenName: string): number {
  return crc32(`n:${screenName.toLowerCase()}`);
}

/** Return the key of an X id: CRC-32 of "i:" and the id. */
export function idKey(restId: string): number {
  return crc32(`i:${restId}`);
}

/** Return the keys that a person can be found under, the surest first. */
export function keysOf({ screenName, restId }: NamedPerson): number[] {
  return restId === null ? [nameKey(screenName)] : [idKey(restId), nameKey(screenName)];
}

/** A set of keys. */
export interface Keys {
  has(key: number): boolean;
}

/** Return whether a person's key is among some: a wrong yes (a collision) is possible, a wrong no is not. */
export function mayKnow(keys: Keys, person: NamedPerson): boolean {
  return keysOf(person).some((key) => keys.has(key));
}

/** Keys as sorted unsigned 32-bit integers. */
export class SortedKeys implements Keys {
  constructor(readonly numbers: Uint32Array) {}

  /** Sort some keys. */
  static of(keys: Iterable<number>): SortedKeys {
    return new SortedKeys(Uint32Array.from(keys).sort());
  }

  has(key: number): boolean {
    return this.numbers[firstAtLeast(this.numbers, key)] === key;
  }
}

/** Return the first place in sorted `keys`, from `from` to before `to`, whose key is `key` or greater; `to` for none. */
export function firstAtLeast(keys: ArrayLike<number>, key: number, from = 0, to = keys.length): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? Infinity) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Read what lies in `storage.local`; null for anything that is no index. */
export function readHintKeys(stored: unknown): { version: number; keys: Uint32Array } | null {
  const { version, keys } = (stored ?? {}) as Partial<Record<keyof StoredHintKeys, unknown>>;
  if (typeof version !== "number" || typeof keys !== "string") return null;
  const text = atob(keys);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at); // 5 times as fast as Uint8Array.from
  return bytes.length % BYTES_PER_KEY === 0 ? { version, keys: keysFromBytes(bytes.buffer) } : null;
}

/** Return what is stored in `storage.local` of sorted keys. */
export function makeHintKeys(version: number, bytes: ArrayBuffer): StoredHintKeys {
  const view = new Uint8Array(bytes);
  const parts: string[] = [];
  for (let at = 0; at < view.length; at += BASE64_STEP) {
    parts.push(btoa(String.fromCharCode(...view.subarray(at, at + BASE64_STEP))));
  }
  return { version, keys: parts.join("") };
}

/** Return keys as numbers. */
export function keysFromBytes(bytes: ArrayBuffer): Uint32Array {
  // Every machine that runs Chromium or Firefox is little-endian, as the keys are.
  return new Uint32Array(bytes, 0, Math.floor(bytes.byteLength / BYTES_PER_KEY));
}

const BYTES_PER_KEY = 4;
// A multiple of 3, so that the parts' base64 can be joined, and small enough for a call's arguments.
const BASE64_STEP = 3 * 8192;

// CRC-32 as zlib, gzip and PNG compute it: https://www.w3.org/TR/png-3/#D-CRCAppendix
const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** Return the CRC-32 of an ASCII text, as an unsigned number. */
export function crc32(text: string): number {
  let value = 0xffffffff;
  for (let at = 0; at < text.length; at++)
    value = (TABLE[(value ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
