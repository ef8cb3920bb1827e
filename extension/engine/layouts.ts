// Where CPython's objects hold hashes, and tables that are ordered by them: CPython 3.14 on 32 bits.
//
// Sources: Include/cpython/unicodeobject.h, Include/cpython/object.h, Include/cpython/setobject.h,
// Include/internal/pycore_dict.h, Include/internal/pycore_hashtable.h of https://github.com/python/cpython/tree/3.14.
// Pyodide is pinned by hash; build/hashed.mjs checks all that it finds by these layouts.

/** How CPython's functions and memory are reached; the names are Emscripten's. */
export interface PythonMemory {
  readonly HEAPU8: Uint8Array;
  readonly HEAP8: Int8Array;
  readonly HEAP16: Int16Array;
  readonly HEAP32: Int32Array;
  readonly HEAPU32: Uint32Array;
  readonly wasmTable: WebAssembly.Table;
  readonly _PyUnicode_Type: number;
  readonly _PyBytes_Type: number;
  readonly __Py_HashSecret: number;
  _PyObject_Hash(object: number): number;
}

export const SECRET_SIZE = 24; // bytes of _Py_HashSecret_t
export const NOT_COMPUTED = -1;
/** Offset of the stored hash in PyASCIIObject, PyBytesObject and PyTupleObject. */
export const HASH = 12;
/** Offsets in PySetObject; `fill` counts deleted members, too. */
export const SET_FILL = 8;
export const SET_USED = 12;
export const SET_HASH = 24;
/** What an index of a dictionary holds for no entry. */
export const NO_ENTRY = -1;
const TP_HASH = 60;

/** The keys of one or more dictionaries (PyDictKeysObject). */
export interface Keys {
  readonly log2: number;
  readonly mask: number;
  /** The table of entries' numbers, by hash. */
  readonly index: Int8Array | Int16Array | Int32Array;
  readonly entries: number;
  readonly count: number;
  /** Only str: an entry is `{key, value}`; else `{hash, key, value}`. */
  readonly isText: boolean;
}

/** A set's table, of `{key, hash}`. */
export interface SetTable {
  readonly mask: number;
  readonly table: number;
}

/** A table of C pointers (_Py_hashtable_t), each bucket a list of `{next, hash, key, value}`. */
export interface Hashtable {
  readonly count: number;
  readonly mask: number;
  readonly buckets: number;
  readonly hash: number;
}

export function readKeys({ HEAPU8, HEAP8, HEAP16, HEAP32 }: PythonMemory, address: number): Keys {
  const log2 = HEAPU8[address + 4] ?? 0;
  const start = address + 20;
  const size = 2 ** log2;
  return {
    log2,
    mask: size - 1,
    index:
      log2 < 8
        ? HEAP8.subarray(start, start + size)
        : log2 < 16
          ? HEAP16.subarray(start / 2, start / 2 + size)
          : HEAP32.subarray(start / 4, start / 4 + size),
    entries: start + 2 ** (HEAPU8[address + 5] ?? 0),
    count: HEAP32[(address + 16) / 4] ?? 0,
    isText: HEAPU8[address + 6] !== 0,
  };
}

export function readSet({ HEAPU32 }: PythonMemory, address: number): SetTable {
  return { mask: HEAPU32[(address + 16) / 4] ?? 0, table: HEAPU32[(address + 20) / 4] ?? 0 };
}

export function readHashtable({ HEAPU32 }: PythonMemory, address: number): Hashtable {
  const [count = 0, size = 0, buckets = 0, , hash = 0] = HEAPU32.subarray(address / 4, address / 4 + 5);
  return { count, mask: size - 1, buckets, hash };
}

/** Return the function by which objects of this type are hashed: where the hash is stored, it returns that one. */
export function hashFunction({ wasmTable, HEAPU32 }: PythonMemory, type: number): (object: number) => number {
  return wasmTable.get(HEAPU32[(type + TP_HASH) / 4] ?? 0) as (object: number) => number;
}
