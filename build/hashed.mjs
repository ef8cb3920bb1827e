// Finds in Python's memory all that depends on the hash seed, by the layouts of extension/engine/layouts.ts. Whatever
// looks like such an object is checked by its hashes, so that no other bytes are taken for one.

const TYPES = `
import datetime, json

def subtypes(base):
    yield base
    for one in type.__subclasses__(base):
        yield from subtypes(one)

def addresses(*bases):
    return sorted({id(one) for base in bases for one in subtypes(base)})

class Hashing:
    def __hash__(self):
        return 0

json.dumps({
    "text": addresses(str), "bytes": addresses(bytes), "tuple": addresses(tuple), "set": addresses(set),
    "frozenset": addresses(frozenset), "date": addresses(datetime.date), "any": addresses(object),
    "plain": [id(one) for one in (str, bytes, int, float, type, type(None), type(len), object)],
})
`;
const TP_HASH = 60;
const MAX_LOG2 = 22; // of a dictionary's or a set's size
const MAX_TUPLE = 100_000;
const IMMORTAL = -0x40000000; // a reference count below zero that is one

/** Return the addresses of the types whose objects are searched for. */
export function readTypes(python) {
  const globals = python.toPy({});
  const types = JSON.parse(python.runPython(TYPES, { globals }));
  globals.destroy();
  return types;
}

/** Return the addresses of all that depends on the seed: interface Hashed of rehash.ts; `engine` has layouts.ts. */
export function findHashed(module, engine, types) {
  const finder = new Finder(module, engine, types);
  finder.search();
  return finder.found;
}

class Finder {
  constructor(module, engine, types) {
    Object.assign(this, {
      module,
      engine,
      top: module.HEAPU32[module._emscripten_get_sbrk_ptr() / 4],
    });
    this.types = new Set(types.any);
    this.plain = new Set(
      types.plain.map((type) => module.HEAPU32[(type + TP_HASH) / 4]),
    );
    this.hashText = engine.hashFunction(module, module._PyUnicode_Type);
    this.found = {
      texts: [],
      bytes: [],
      cached: [],
      hashtables: [],
      keys: [],
      sets: [],
      deepKeys: [],
      deepSets: [],
    };
    this.checks = new Map();
    const checks = {
      text: "addText",
      bytes: "addBytes",
      tuple: "addTuple",
      set: "addSet",
      frozenset: "addSet",
      date: "refuse",
    };
    for (const [name, check] of Object.entries(checks))
      for (const type of types[name])
        this.checks.set(type, this[check].bind(this));
  }

  /** Look at every word: the type in an object's head, a pointer to keys of a dictionary, the start of a hashtable. */
  search() {
    const { HEAP32, HEAPU32 } = this.module;
    const pointed = new Set();
    for (let word = 256; word < this.top / 4 - 8; word++) {
      const value = HEAPU32[word];
      if (value === 0) continue;
      if (value < 0x10000) this.addHashtable(word * 4);
      else if (this.isAddress(value)) {
        const check = this.checks.get(value);
        if (check && (HEAP32[word - 1] > 0 || HEAP32[word - 1] === IMMORTAL))
          check((word - 1) * 4);
        if (this.mayBeKeys(value)) pointed.add(value);
      }
    }
    for (const address of [...pointed].sort((a, b) => a - b))
      this.addKeys(address);
  }

  isAddress(value) {
    return value > 1024 && value < this.top - 24 && value % 4 === 0;
  }

  isObject(value) {
    return (
      this.isAddress(value) &&
      this.types.has(this.module.HEAPU32[value / 4 + 1])
    );
  }

  /** Return whether the object's hash depends on its value or address alone, and is computed without Python code. */
  isPlain(object) {
    const type = this.module.HEAPU32[object / 4 + 1];
    return this.plain.has(this.module.HEAPU32[(type + TP_HASH) / 4]);
  }

  addText(address) {
    const { HEAP32, HEAPU32 } = this.module;
    const place = (address + this.engine.HASH) / 4;
    const hash = HEAP32[place];
    if (
      hash === this.engine.NOT_COMPUTED ||
      HEAPU32[address / 4 + 2] > this.top
    )
      return;
    HEAP32[place] = this.engine.NOT_COMPUTED;
    if (attempt(() => this.hashText(address)) === hash)
      this.found.texts.push(address);
    HEAP32[place] = hash;
  }

  addBytes(address) {
    const { HEAP32, HEAPU32, _Py_HashBuffer } = this.module;
    const hash = HEAP32[(address + this.engine.HASH) / 4];
    const size = HEAPU32[address / 4 + 2];
    if (hash === this.engine.NOT_COMPUTED || address + 16 + size > this.top)
      return;
    if (_Py_HashBuffer(address + 16, size) === hash)
      this.found.bytes.push(address);
  }

  addTuple(address) {
    const { HEAP32, HEAPU32 } = this.module;
    const size = HEAPU32[address / 4 + 2];
    if (
      HEAP32[(address + this.engine.HASH) / 4] === this.engine.NOT_COMPUTED ||
      !size ||
      size > MAX_TUPLE
    )
      return;
    const items = HEAPU32.subarray(address / 4 + 4, address / 4 + 4 + size);
    if (items.every((item) => this.isObject(item)))
      this.found.cached.push(address + this.engine.HASH);
  }

  addSet(address) {
    const { HEAP32, HEAPU32 } = this.module;
    const { mask, table } = this.engine.readSet(this.module, address);
    if (
      mask < 7 ||
      mask >= 2 ** MAX_LOG2 ||
      mask & (mask + 1) ||
      !this.isAddress(table)
    )
      return;
    if (table + 8 * (mask + 1) > this.top) return;
    const members = [];
    for (let entry = table / 4; entry <= table / 4 + 2 * mask; entry += 2)
      if (HEAPU32[entry] && HEAP32[entry + 1] !== this.engine.NOT_COMPUTED)
        members.push(HEAPU32[entry]);
    if (members.length !== HEAP32[(address + this.engine.SET_USED) / 4]) return;
    if (!members.every((member) => this.isObject(member))) return;
    const list = members.every((member) => this.isPlain(member))
      ? "sets"
      : "deepSets";
    this.found[list].push(address);
    if (
      HEAP32[(address + this.engine.SET_HASH) / 4] !== this.engine.NOT_COMPUTED
    )
      this.found.cached.push(address + this.engine.SET_HASH);
  }

  /** Dates store their hash, too: there is none among the engine's constants that was asked for it. */
  refuse(address) {
    const { HEAP32, HEAPU8 } = this.module;
    const [hasZone, century, year, month, day] = HEAPU8.subarray(
      address + 12,
      address + 17,
    );
    const isDate =
      hasZone < 2 &&
      century < 40 &&
      month > 0 &&
      month < 13 &&
      day > 0 &&
      day < 32 &&
      year >= 0;
    if (isDate && HEAP32[address / 4 + 2] !== this.engine.NOT_COMPUTED)
      throw new Error(
        `The date at ${address} stores its hash, which rehash.ts does not compute anew`,
      );
  }

  mayBeKeys(address) {
    const { HEAPU8 } = this.module;
    const log2 = HEAPU8[address + 4];
    const indexSize = HEAPU8[address + 5];
    const kind = HEAPU8[address + 6];
    return (
      log2 >= 3 &&
      log2 <= MAX_LOG2 &&
      kind < 3 &&
      indexSize === log2 + (log2 < 8 ? 0 : log2 < 16 ? 1 : 2)
    );
  }

  addKeys(address) {
    const { HEAP32, HEAPU32 } = this.module;
    const usable = HEAP32[address / 4 + 3];
    const count = HEAP32[address / 4 + 4];
    const keys = this.engine.readKeys(this.module, address);
    const size = keys.isText ? 2 : 3; // words of an entry
    if (
      HEAP32[address / 4] < 1 ||
      count < 1 ||
      usable < 0 ||
      count + usable > keys.mask
    )
      return;
    if (keys.entries + 4 * size * count > this.top) return;
    const members = [];
    for (
      let number = 0, entry = keys.entries / 4;
      number < count;
      number++, entry += size
    ) {
      const key = HEAPU32[entry + size - 2];
      if (!key) continue;
      if (!this.isObject(key)) return;
      const hash = HEAP32[keys.isText ? (key + this.engine.HASH) / 4 : entry];
      if (!isFound(keys, hash, number)) return;
      members.push(key);
    }
    if (
      members.length === 0 ||
      keys.index.filter((number) => number >= 0).length !== members.length
    )
      return;
    const list =
      keys.isText || members.every((key) => this.isPlain(key))
        ? "keys"
        : "deepKeys";
    this.found[list].push(address);
  }

  addHashtable(address) {
    const { HEAPU32, wasmTable } = this.module;
    const size = HEAPU32[address / 4 + 1];
    if (size < 16 || size > 0x10000 || size & (size - 1)) return;
    const words = HEAPU32.subarray(address / 4, address / 4 + 6);
    const { count, mask, buckets } = this.engine.readHashtable(
      this.module,
      address,
    );
    if (!this.isAddress(buckets)) return;
    if (
      !words.subarray(3).every((place) => place > 0 && place < wasmTable.length)
    )
      return;
    if (buckets + 4 * (mask + 1) > this.top) return;
    let entries = 0;
    for (let bucket = 0; bucket <= mask; bucket++)
      for (
        let entry = HEAPU32[buckets / 4 + bucket];
        entry;
        entry = HEAPU32[entry / 4]
      ) {
        const hash = HEAPU32[entry / 4 + 1];
        if (
          !this.isAddress(entry) ||
          (hash & mask) !== bucket ||
          ++entries > count
        )
          return;
      }
    if (entries === count) this.found.hashtables.push(address);
  }
}

/** Return whether CPython finds the entry `number` in the index. */
function isFound({ index, mask }, hash, number) {
  let place = hash & mask;
  for (let perturb = hash >>> 0, tries = 0; tries <= mask + 8; tries++) {
    if (index[place] === number) return true;
    if (index[place] === -1) return false;
    perturb >>>= 5;
    place = (place * 5 + perturb + 1) & mask;
  }
  return false;
}

/** Return what `read` returns; undefined where it reads beyond the memory. */
function attempt(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined; // "memory access out of bounds"
    throw error;
  }
}
