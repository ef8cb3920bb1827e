// Starts Python with the core, all from the package, and returns the engine's one function.
import type { loadPyodide as LoadPyodide, PyodideAPI } from "pyodide";
import type { EngineProgress, Events } from "../lib/messages/messages.gen";
import { packagedFile } from "../lib/packaged";
import { fileSystem, guardReads } from "./attachments";
import type * as database from "./database";
import type { Answered, Asked } from "./fetch";
import { type FileSystem, link, type LinkingModule, storeFiles } from "./linking";

type EmitText = (json: string) => void;

/** Run a request, with its files' paths (both JSON text); resolves to the reply as JSON text. */
type Receive = (request: string, paths: string) => Promise<string>;

export interface Python {
  readonly api: PyodideAPI;
  readonly receive: Receive;
  /** Resolves once nothing of the package is left to be read. */
  readonly isWhole: Promise<void>;
}

/** What the engine may use of the place that it runs in. */
export interface Outside {
  /** Where it stores its state; absent: in the worker's memory alone. */
  readonly database?: Pick<typeof database, "get" | "getPart" | "getKeys" | "getAll" | "write">;
  readonly fetch: (asked: Asked) => Promise<Answered>;
  /** End the consent that an account gave for one post; absent where nothing is posted. */
  readonly giveBack?: (account: string) => Promise<void>;
  /** Return the list of pinned directories as JSON text; with an empty one, the directory of the package is used. */
  readonly readDirectories: () => Promise<string>;
}

/** What build/library.py writes beside the library. */
interface StartInfo {
  /** Pyodide's lock, without packages: there is no address in reach from which code could be fetched. */
  readonly lock: object;
  readonly files: Readonly<Record<string, string>>;
}

/** The package's files, all asked for at once; modules are compiled while the others are read. */
interface PackagedFiles {
  readonly runtime: Promise<WebAssembly.Module>;
  readonly library: Promise<WebAssembly.Module>;
  readonly scripts: Promise<[typeof LoadPyodide, (module: LinkingModule) => Promise<LinkingModule>]>;
  readonly info: Promise<StartInfo>;
}

const RUNTIME = "/pyodide/";
const PYTHON = "/python/";
const LIBRARY = "library.zip";
const ED25519 = "Ed25519";
const REST = "/lib/python_stdlib.zip";

/** Start Python. `emit` is told how far it is and, later, every event of the engine. */
export async function startPython(
  outside: Outside,
  emit: (event: Events[keyof Events]) => void,
): Promise<Python> {
  const progress = (step: EngineProgress["step"]) => {
    emit({ type: "engine.progress", step });
  };
  progress("runtime");
  const files = requestFiles();
  const directories = outside.readDirectories();
  const api = await loadPython(files);
  progress("packages");
  guardReads(api);
  api.registerJsModule("passerelle_host", makeHost(outside, emit, await directories));
  const receive = (api.pyimport("browser") as { start: () => Receive }).start();
  progress("ready");
  const isWhole = addRest(api);
  isWhole.catch(reportError);
  return { api, receive, isWhole };
}

function requestFiles(): PackagedFiles {
  return {
    runtime: WebAssembly.compileStreaming(packagedFile(`${RUNTIME}pyodide.asm.wasm`)),
    library: WebAssembly.compileStreaming(packagedFile(`${PYTHON}pydantic_core.wasm`)),
    scripts: importScripts(),
    info: readPackaged(`${PYTHON}start.json`).then((text) => JSON.parse(text) as StartInfo),
  };
}

async function importScripts(): PackagedFiles["scripts"] {
  const [{ loadPyodide }, { default: create }] = await Promise.all([
    import(/* @vite-ignore */ `${RUNTIME}pyodide.mjs`) as Promise<{ loadPyodide: typeof LoadPyodide }>,
    import(/* @vite-ignore */ `${RUNTIME}pyodide.asm.mjs`) as Promise<{
      default: (module: LinkingModule) => Promise<LinkingModule>;
    }>,
  ]);
  return [loadPyodide, create];
}

async function loadPython(files: PackagedFiles): Promise<PyodideAPI> {
  const [[loadPyodide, create], info, library] = await Promise.all([
    files.scripts,
    files.info,
    files.library,
  ]);
  instantiateCompiled(files.runtime);
  const loading = loadPyodide({
    indexURL: RUNTIME,
    stdLibURL: `${PYTHON}${LIBRARY}`,
    // A whole address: Pyodide does not take a path for one.
    packageBaseUrl: new URL(PYTHON, self.location.href).href,
    lockFileContents: JSON.stringify(info.lock),
    fsInit: (fs) => {
      storeFiles(fs as FileSystem, info.files);
      return Promise.resolve();
    },
    createPyodideModule: ((settings: LinkingModule) => {
      settings.onRuntimeInitialized = () => void link(settings, library);
      return create(settings);
    }) as never,
  });
  // Pyodide only writes to the console where its runtime cannot be compiled, and waits for ever.
  const [api] = await Promise.all([loading, files.runtime]);
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

/** Add the modules of the standard library that the engine is not known to use. */
async function addRest(api: PyodideAPI): Promise<void> {
  const response = await packagedFile(`${RUNTIME}python_stdlib.zip`);
  fileSystem(api).writeFile(REST, new Uint8Array(await response.arrayBuffer()));
  const { add_rest } = api.pyimport("rest") as { add_rest: (report: (name: string) => void) => void };
  add_rest((name) => {
    console.warn(`library.zip lacks ${name}`); // and build/standard_library.txt: nothing else comes of it
  });
}

function makeHost(
  { database, fetch, giveBack = () => Promise.resolve() }: Outside,
  emit: (event: Events[keyof Events]) => void,
  directories: string,
): object {
  const emitText: EmitText = (json) => {
    emit(JSON.parse(json) as Events[keyof Events]);
  };
  return {
    ...database,
    hasDatabase: database !== undefined,
    fetch,
    giveBack,
    verify,
    emit: emitText,
    report,
    directories,
    fromEntries: Object.fromEntries,
  };
}

/** Return a text file of the package. */
export async function readPackaged(path: string): Promise<string> {
  const response = await packagedFile(path);
  if (!response.ok) throw new Error(`The package lacks ${path}`);
  return response.text();
}

/** Return whether `signature` over `message` was made with the private half of `key`, all three raw bytes. */
async function verify(
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key, ED25519, false, ["verify"]);
  return crypto.subtle.verify(ED25519, imported, signature, message);
}

function report(traceback: string): void {
  console.error(traceback);
}
