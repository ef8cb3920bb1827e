// A snapshot: Python's memory with the engine imported, as build/snapshot.mjs wrote it. Restoring takes the place of starting.
import { SECRET_SIZE, type PythonMemory } from "./layouts";
import { link, type Linked, type LinkingModule, trampoline } from "./linking";
import { type Hashed, rehash } from "./rehash";

/** What has to hold when a snapshot is restored, and where its parts stand in the file. */
export interface SnapshotInfo {
  /** SHA-256 of the file as it is packed, hex digits; bytes once unpacked. */
  readonly sha256: string;
  readonly size: number;
  /** Pyodide's version. */
  readonly version: string;
  /** The environment variables of the C library, which stores them before the snapshot is restored. */
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes of memory, and the address of the stack's end. */
  readonly memory: number;
  readonly stack: number;
  readonly linked: Linked;
  /** Parts of memory, in the order of the file: address and length. */
  readonly runs: readonly (readonly [number, number])[];
  /** Behind the runs: how many addresses each list has, in the order of the file. */
  readonly hashed: Readonly<Record<keyof Hashed, number>>;
  /** What Pyodide stores of JavaScript's objects. */
  readonly objects: object;
}

export interface Snapshot {
  readonly info: SnapshotInfo;
  readonly bytes: Uint8Array;
}

/** The parts of Emscripten's module that a snapshot needs. */
export interface SnapshotModule extends LinkingModule, PythonMemory {
  readonly HEAP8: Int8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPU32: Uint32Array;
  readonly wasmTable: WebAssembly.Table;
  readonly ENV: Record<string, string>;
  readonly API: { version: string; restoreSnapshot: (bytes: Uint8Array) => object };
  readonly _tzname: number;
  readonly _timezone: number;
  readonly _daylight: number;
  __tzset_js(offset: number, hasDaylight: number, standardName: number, daylightName: number): void;
  _emscripten_resize_heap(size: number): boolean;
}

/** The format of the file; a `DecompressionStream` unpacks it. */
export const FORMAT = "gzip";

/** Return the snapshot whose file is `packed`, which is freed. Raises an error unless it is the file that the build made. */
export async function unpack(info: SnapshotInfo, packed: ArrayBuffer): Promise<Snapshot> {
  const [digest, bytes] = await Promise.all([
    crypto.subtle.digest("SHA-256", packed),
    inflate(packed, info.size),
  ]);
  release(packed);
  expect("hash", hex(digest), info.sha256);
  return { info, bytes };
}

/** Return the `size` bytes that `packed` has, written where they stay: they are in memory once. */
async function inflate(packed: ArrayBuffer, size: number): Promise<Uint8Array> {
  const parts = new Blob([packed]).stream().pipeThrough(new DecompressionStream(FORMAT)).getReader();
  const bytes = new Uint8Array(size);
  let end = 0;
  for (let part = await parts.read(); !part.done; part = await parts.read()) {
    end += part.value.length;
    if (end > size) break;
    bytes.set(part.value, end - part.value.length);
  }
  expect("size", end, size);
  return bytes;
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the options with which loadPyodide restores `snapshot`; `host` takes the place of the module passerelle_host. */
export function restoringOptions(
  snapshot: Snapshot,
  library: WebAssembly.Module,
  create: (settings: LinkingModule) => Promise<LinkingModule>,
  host: object,
): object {
  return {
    env: { ...snapshot.info.environment },
    _loadSnapshot: new Uint8Array(16), // only says that there is one
    _snapshotDeserializer: () => host,
    createPyodideModule: async (settings: LinkingModule) => {
      const module = (await create(settings)) as SnapshotModule;
      prepare(module, library, snapshot);
      return module;
    },
  };
}

/** Make a module, whose runtime is initialized and in which Python has not started, restore `snapshot` where it would start. */
function prepare(module: SnapshotModule, library: WebAssembly.Module, { info, bytes }: Snapshot): void {
  expect("version", module.API.version, info.version);
  if (!module._emscripten_resize_heap(info.memory)) throw new Error("There is too little memory");
  expect("memory", module.HEAP8.length, info.memory);
  expect("stack", module.stackSave(), info.stack);
  const linked = link(module, library);
  expect("library", JSON.stringify(linked), JSON.stringify(info.linked));
  const { API } = module;
  const { restoreSnapshot } = API;
  API.restoreSnapshot = () => {
    API.restoreSnapshot = restoreSnapshot; // the bytes are needed once
    restore(module, info, bytes);
    return info.objects;
  };
}

function restore(module: SnapshotModule, info: SnapshotInfo, bytes: Uint8Array): void {
  const place = module.HEAP32[trampoline(module)] ?? 0;
  let start = 0;
  for (const [address, length] of info.runs) {
    module.HEAPU8.set(bytes.subarray(start, start + length), address);
    start += length;
  }
  module.HEAP32[trampoline(module)] = place;
  setTimeZone(module);
  rehash(
    module,
    readLists(info.hashed, bytes.subarray(start)),
    crypto.getRandomValues(new Uint8Array(SECRET_SIZE)),
  );
  release(bytes.buffer);
}

/** Free a buffer that is not used any more, where the browser can: as garbage, it may stay for long. */
function release(buffer: ArrayBufferLike & { transfer?: (size: number) => unknown }): void {
  buffer.transfer?.(0);
}

/** Give the C library the names and the offset of the browser's time zone, as at its first question. */
function setTimeZone(module: SnapshotModule): void {
  const { HEAPU32, _tzname } = module;
  const [standard = 0, daylight = 0] = HEAPU32.subarray(_tzname / 4, _tzname / 4 + 2);
  module.__tzset_js(module._timezone, module._daylight, standard, daylight);
}

/** Return lists of ascending addresses, each stored as the difference to the one before (32 bits, little-endian). */
function readLists(counts: SnapshotInfo["hashed"], bytes: Uint8Array): Hashed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 0;
  const list = (count: number) => {
    let address = 0;
    return Array.from({ length: count }, () => (address += view.getUint32(4 * place++, true)));
  };
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, list(count)])) as never;
}

/** Return what readLists reads. */
export function writeLists(hashed: Hashed): Uint8Array {
  const lists = Object.values(hashed) as readonly (readonly number[])[];
  return new Uint8Array(
    Uint32Array.from(lists.flatMap((list) => list.map((one, n) => one - (list[n - 1] ?? 0)))).buffer,
  );
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted)
    throw new Error(`The snapshot's ${what} differs: ${String(found)}, not ${String(wanted)}`);
}
