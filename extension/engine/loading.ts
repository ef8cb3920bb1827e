// Loads Pyodide with the package's files: restored from the snapshot, or started where that is not possible.
import type { loadPyodide as LoadPyodide, PyodideAPI } from "pyodide";
import { packagedFile } from "../lib/packaged";
import { type FileSystem, link, type LinkingModule, storeFiles } from "./linking";
import { restoringOptions, type Snapshot, type SnapshotInfo, unpack } from "./snapshot";

const RUNTIME = "/pyodide/";
export const PYTHON = "/python/";
const LIBRARY = "library.zip";
const SNAPSHOT = "/snapshot/";
/** The module by which Python reaches this side. */
const HOST = "passerelle_host";

type Create = (module: LinkingModule) => Promise<LinkingModule>;
type Options = Parameters<typeof LoadPyodide>[0];

/** What build/library.py writes beside the library. */
interface StartInfo {
  /** Pyodide's lock, without packages: there is no address in reach from which code could be fetched. */
  readonly lock: object;
  readonly files: Readonly<Record<string, string>>;
}

/** The package's files, all asked for at once; modules are compiled while the others are read. */
export interface PackagedFiles {
  readonly runtime: Promise<WebAssembly.Module>;
  readonly library: Promise<WebAssembly.Module>;
  readonly scripts: Promise<[typeof LoadPyodide, Create]>;
  readonly info: Promise<StartInfo>;
  /** Absent: Python starts without one. */
  readonly snapshot: Promise<Snapshot> | undefined;
}

/** What both ways of loading need, read and compiled. */
interface Loaded {
  readonly loadPyodide: typeof LoadPyodide;
  readonly create: Create;
  readonly library: WebAssembly.Module;
  readonly runtime: Promise<WebAssembly.Module>;
  readonly common: NonNullable<Options>;
}

export function requestFiles(hasSnapshot: boolean): PackagedFiles {
  const snapshot = hasSnapshot ? requestSnapshot() : undefined;
  snapshot?.catch(() => undefined); // looked at later, or never
  return {
    runtime: WebAssembly.compileStreaming(packagedFile(`${RUNTIME}pyodide.asm.wasm`)),
    library: WebAssembly.compileStreaming(packagedFile(`${PYTHON}pydantic_core.wasm`)),
    scripts: importScripts(),
    info: readPackaged(`${PYTHON}start.json`).then((text) => JSON.parse(text) as StartInfo),
    snapshot,
  };
}

async function requestSnapshot(): Promise<Snapshot> {
  const [info, packed] = await Promise.all([
    readPackaged(`${SNAPSHOT}info.json`),
    fetchPackaged(`${SNAPSHOT}memory.bin`).then((response) => response.arrayBuffer()),
  ]);
  return unpack(JSON.parse(info) as SnapshotInfo, packed);
}

async function importScripts(): PackagedFiles["scripts"] {
  const [{ loadPyodide }, { default: create }] = await Promise.all([
    import(/* @vite-ignore */ `${RUNTIME}pyodide.mjs`) as Promise<{ loadPyodide: typeof LoadPyodide }>,
    import(/* @vite-ignore */ `${RUNTIME}pyodide.asm.mjs`) as Promise<{ default: Create }>,
  ]);
  return [loadPyodide, create];
}

/** Return Python, to which `host` is the module passerelle_host. */
export async function loadPython(files: PackagedFiles, host: object): Promise<PyodideAPI> {
  const [[loadPyodide, create], info, library] = await Promise.all([
    files.scripts,
    files.info,
    files.library,
  ]);
  const loaded = { loadPyodide, create, library, runtime: files.runtime, common: commonOptions(info) };
  if (files.snapshot)
    try {
      return await restorePython(loaded, await files.snapshot, host);
    } catch (error) {
      console.warn(`Python starts without its snapshot. ${String(error)}`);
    }
  return startPlain(loaded, host);
}

function commonOptions(info: StartInfo): NonNullable<Options> {
  return {
    indexURL: RUNTIME,
    stdLibURL: `${PYTHON}${LIBRARY}`,
    // A whole address: Pyodide does not take a path for one.
    packageBaseUrl: new URL(PYTHON, self.location.href).href,
    lockFileContents: JSON.stringify(info.lock),
    fsInit: (fs) => {
      storeFiles(fs as FileSystem, info.files);
      return Promise.resolve();
    },
  };
}

async function restorePython(loaded: Loaded, snapshot: Snapshot, host: object): Promise<PyodideAPI> {
  const api = await load(loaded, restoringOptions(snapshot, loaded.library, loaded.create, host));
  const { renew } = api.pyimport("restored") as { renew: (environment: object) => void };
  renew(api.toPy({ LANG: `${navigator.language.replace("-", "_")}.UTF-8` }) as object);
  return api;
}

async function startPlain(loaded: Loaded, host: object): Promise<PyodideAPI> {
  const { create, library } = loaded;
  const api = await load(loaded, {
    createPyodideModule: ((settings: LinkingModule) => {
      settings.onRuntimeInitialized = () => void link(settings, library);
      return create(settings);
    }) as never,
  });
  api.registerJsModule(HOST, host);
  return api;
}

async function load({ loadPyodide, common, runtime }: Loaded, options: Options): Promise<PyodideAPI> {
  instantiateCompiled(runtime);
  // Pyodide only writes to the console where its runtime cannot be compiled, and waits for ever.
  const [api] = await Promise.all([loadPyodide({ ...common, ...options }), runtime]);
  return api;
}

/** Use `compiled` at the next call of instantiateStreaming: Pyodide would compile the same file once more. */
function instantiateCompiled(compiled: Promise<WebAssembly.Module>): void {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    WebAssembly.instantiateStreaming = instantiateStreaming;
    void (await source).body?.cancel();
    const module = await compiled;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
}

/** Return a text file of the package. */
export async function readPackaged(path: string): Promise<string> {
  return (await fetchPackaged(path)).text();
}

async function fetchPackaged(path: string): Promise<Response> {
  const response = await packagedFile(path);
  if (!response.ok) throw new Error(`The package lacks ${path}`);
  return response;
}
