// Gives Python another hash seed: computes every stored hash anew, and rebuilds every table that is ordered by hashes.
import {
  HASH,
  hashFunction,
  type Keys,
  NO_ENTRY,
  NOT_COMPUTED,
  type PythonMemory,
  readHashtable,
  readKeys,
  readSet,
  SET_FILL,
  SET_USED,
} from "./layouts";

/** The addresses of all that depends on the seed; build/hashed.mjs finds them. */
export interface Hashed {
  /** str and bytes that store their hash. */
  readonly texts: readonly number[];
  readonly bytes: readonly number[];
  /** Words in which other objects store their hash. They compute it when it is asked for. */
  readonly cached: readonly number[];
  readonly hashtables: readonly number[];
  /** Keys of dictionaries, and sets, whose members' hashes depend on no other table. */
  readonly keys: readonly number[];
  readonly sets: readonly number[];
  /** Those whose members may have members, such as a set of sets, or may be hashed by Python code. */
  readonly deepKeys: readonly number[];
  readonly deepSets: readonly number[];
}

const LINEAR_PROBES = 9;
const PERTURB_SHIFT = 5;
const DEEPEST = 20; // levels of sets in sets

/** Use `secret` (SECRET_SIZE bytes) from now on; to be called while no Python code runs. */
export function rehash(memory: PythonMemory, hashed: Hashed, secret: Uint8Array): void {
  memory.HEAPU8.set(secret, memory.__Py_HashSecret);
  rehashAll(memory, memory._PyUnicode_Type, hashed.texts);
  rehashAll(memory, memory._PyBytes_Type, hashed.bytes);
  forgetHashes(memory, hashed.cached);
  for (const table of hashed.hashtables) rebuildHashtable(memory, table);
  rebuildAll(memory, hashed.keys, hashed.sets);
  // A set's hash is computed of the hashes that it stores, so those outside follow those inside.
  for (let level = 0; rebuildAll(memory, hashed.deepKeys, hashed.deepSets); level++) {
    if (level > DEEPEST) throw new Error("The hashes of some sets do not settle");
    forgetHashes(memory, hashed.cached);
  }
}

function forgetHashes({ HEAP32 }: PythonMemory, words: readonly number[]): void {
  for (const word of words) HEAP32[word / 4] = NOT_COMPUTED;
}

/** Rebuild these tables; return whether the hash of any member has changed. */
function rebuildAll(memory: PythonMemory, keys: readonly number[], sets: readonly number[]): boolean {
  let changed = false;
  for (const one of keys) changed = rebuildKeys(memory, readKeys(memory, one)) || changed;
  for (const one of sets) changed = rebuildSet(memory, one) || changed;
  return changed;
}

function rehashAll(memory: PythonMemory, type: number, objects: readonly number[]): void {
  const { HEAP32 } = memory;
  const hash = hashFunction(memory, type);
  for (const object of objects) {
    HEAP32[(object + HASH) / 4] = NOT_COMPUTED;
    hash(object);
  }
}

function rebuildHashtable(memory: PythonMemory, address: number): void {
  const { HEAPU32, wasmTable } = memory;
  const { mask, buckets, hash } = readHashtable(memory, address);
  const hashKey = wasmTable.get(hash) as (key: number) => number;
  for (const entry of takeEntries(memory, buckets, mask)) {
    const value = hashKey(HEAPU32[entry / 4 + 2] ?? 0) >>> 0;
    const bucket = buckets / 4 + (value & mask);
    HEAPU32[entry / 4 + 1] = value;
    HEAPU32[entry / 4] = HEAPU32[bucket] ?? 0;
    HEAPU32[bucket] = entry;
  }
}

/** Return the entries of all buckets, which are empty then. */
function takeEntries({ HEAPU32 }: PythonMemory, buckets: number, mask: number): number[] {
  const taken = [];
  for (let bucket = buckets / 4; bucket <= buckets / 4 + mask; bucket++) {
    for (let entry = HEAPU32[bucket] ?? 0; entry; entry = HEAPU32[entry / 4] ?? 0) taken.push(entry);
    HEAPU32[bucket] = 0;
  }
  return taken;
}

function rebuildKeys(memory: PythonMemory, keys: Keys): boolean {
  keys.index.fill(NO_ENTRY);
  return keys.isText ? indexTexts(memory, keys) : indexObjects(memory, keys);
}

function indexTexts({ HEAP32, HEAPU32 }: PythonMemory, keys: Keys): boolean {
  for (let number = 0, entry = keys.entries / 4; number < keys.count; number++, entry += 2) {
    const key = HEAPU32[entry];
    if (key) keys.index[freePlace(keys, HEAP32[(key + HASH) / 4] ?? 0)] = number;
  }
  return false;
}

function indexObjects(memory: PythonMemory, keys: Keys): boolean {
  let changed = false;
  for (let number = 0, entry = keys.entries / 4; number < keys.count; number++, entry += 3) {
    const key = memory.HEAPU32[entry + 1];
    if (!key) continue;
    const hash = hashOf(memory, key);
    changed ||= memory.HEAP32[entry] !== hash;
    memory.HEAP32[entry] = hash;
    keys.index[freePlace(keys, hash)] = number;
  }
  return changed;
}

function hashOf(memory: PythonMemory, object: number): number {
  const hash = memory._PyObject_Hash(object);
  if (hash === NOT_COMPUTED) throw new Error("The hash of an object cannot be computed");
  return hash;
}

function freePlace({ index, mask }: Keys, hash: number): number {
  let place = hash & mask;
  for (let perturb = hash >>> 0; index[place] !== NO_ENTRY;) {
    perturb >>>= PERTURB_SHIFT;
    place = (place * 5 + perturb + 1) & mask;
  }
  return place;
}

function rebuildSet(memory: PythonMemory, address: number): boolean {
  const { HEAP32, HEAPU32 } = memory;
  const { mask, table } = readSet(memory, address);
  const first = table / 4;
  const entries = HEAP32.slice(first, first + 2 * (mask + 1));
  HEAP32.fill(0, first, first + entries.length);
  HEAP32[(address + SET_FILL) / 4] = HEAP32[(address + SET_USED) / 4] ?? 0; // deleted members are gone
  let changed = false;
  for (let entry = 0; entry < entries.length; entry += 2) {
    const [key = 0, before = 0] = entries.subarray(entry, entry + 2);
    if (!key || before === NOT_COMPUTED) continue; // empty, or deleted
    const hash = hashOf(memory, key);
    changed ||= hash !== before;
    const place = first + 2 * freeEntry(HEAPU32, first, mask, hash);
    HEAP32[place] = key;
    HEAP32[place + 1] = hash;
  }
  return changed;
}

function freeEntry(words: Uint32Array, table: number, mask: number, hash: number): number {
  let start = hash & mask;
  for (let perturb = hash >>> 0; ;) {
    const last = start + LINEAR_PROBES <= mask ? start + LINEAR_PROBES : start;
    for (let place = start; place <= last; place++) if (!words[table + 2 * place]) return place;
    perturb >>>= PERTURB_SHIFT;
    start = (start * 5 + 1 + perturb) & mask;
  }
}
