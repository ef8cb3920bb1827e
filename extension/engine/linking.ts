// pydantic_core's shared library, compiled beforehand and linked before Python starts: always to the same addresses.

/** The parts of Emscripten's module that link libraries (https://emscripten.org/docs/compiling/Dynamic-Linking.html). */
export interface LinkingModule {
  readonly HEAP8: Int8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPU32: Uint32Array;
  readonly wasmTable: WebAssembly.Table;
  readonly __PyRuntime: number;
  readonly __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: number;
  onRuntimeInitialized: () => void;
  loadWebAssemblyModule(
    library: WebAssembly.Module,
    flags: { loadAsync: false; nodelete: true; global: false },
    name: string,
    scope: object,
    handle: number,
  ): object;
  newDSO(name: string, handle: undefined, exports: object): { global: boolean };
  stackSave(): number;
  stackAlloc(size: number): number;
  stackRestore(pointer: number): void;
}

/** The part of Emscripten's file system that stores Python's files. */
export interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array): void;
}

/** Where the library went: its functions in the table (indices), its data in the memory (bytes). */
export interface Linked {
  readonly table: number;
  readonly tableEnd: number;
  readonly memoryBase: number;
}

const SITE_PACKAGES = "/lib/python3.14/site-packages/";
const LIBRARY = `${SITE_PACKAGES}pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so`;
const FLAGS = { loadAsync: false, nodelete: true, global: false } as const;
const HANDLE_SIZE = 64; // bytes; `struct dso` of Emscripten's dlfcn.c is smaller
const MEMORY_BASE = 12; // the offset of `mem_addr` in it

/** Link `library`; to be called when the runtime is initialized, and Python is not. */
export function link(module: LinkingModule, library: WebAssembly.Module): Linked {
  // Without WebAssembly GC, CPython's trampoline took no place of the table; with it, one.
  if (!module.HEAP32[trampoline(module)]) module.wasmTable.grow(1);
  const table = module.wasmTable.length;
  const stack = module.stackSave();
  const handle = module.stackAlloc(HANDLE_SIZE);
  module.HEAP8.fill(0, handle, handle + HANDLE_SIZE);
  const exports = module.loadWebAssemblyModule(library, FLAGS, LIBRARY, {}, handle);
  const memoryBase = module.HEAPU32[(handle + MEMORY_BASE) >>> 2] ?? 0;
  module.HEAP8.fill(0, handle, handle + HANDLE_SIZE);
  module.stackRestore(stack);
  module.newDSO(LIBRARY, undefined, exports).global = false; // what dlopen() finds
  return { table, tableEnd: module.wasmTable.length, memoryBase };
}

/** Return where CPython stores its trampoline, as an index of HEAP32: a place in the table, not the same in every browser. */
export function trampoline(module: LinkingModule): number {
  const offset = module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >>> 2] ?? 0;
  return (module.__PyRuntime + offset) >>> 2;
}

/** Store the modules that lie beside the library (path in site-packages -> base64), and a file in the place of the library. */
export function storeFiles(fs: FileSystem, files: Readonly<Record<string, string>>): void {
  fs.mkdirTree(LIBRARY.slice(0, LIBRARY.lastIndexOf("/")));
  fs.writeFile(LIBRARY, new Uint8Array(1)); // linked already: Python only looks whether it is there
  for (const [path, text] of Object.entries(files))
    fs.writeFile(
      `${SITE_PACKAGES}${path}`,
      Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
    );
}
