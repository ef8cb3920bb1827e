// Starts Python with the core, all from the package, and returns the engine's one function.
import type { PyodideAPI } from "pyodide";
import type { EngineProgress, Events } from "../lib/messages/messages.gen";
import { packagedFile } from "../lib/packaged";
import { fileSystem, guardReads } from "./attachments";
import type * as database from "./database";
import type { Answered, Asked } from "./fetch";
import { loadPython, PYTHON, requestFiles } from "./loading";

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
  /** Whether a snapshot lies beside the library. */
  readonly hasSnapshot: boolean;
}

const ED25519 = "Ed25519";
const REST = "/lib/rest.zip";

/** Start Python. `emit` is told how far it is and, later, every event of the engine. */
export async function startPython(
  outside: Outside,
  emit: (event: Events[keyof Events]) => void,
): Promise<Python> {
  const progress = (step: EngineProgress["step"]) => {
    emit({ type: "engine.progress", step });
  };
  progress("runtime");
  const files = requestFiles(outside.hasSnapshot);
  const directories = outside.readDirectories();
  const api = await loadPython(files, makeHost(outside, emit, await directories));
  progress("packages");
  guardReads(api);
  const receive = (api.pyimport("browser") as { start: () => Receive }).start();
  progress("ready");
  const isWhole = addRest(api);
  isWhole.catch(reportError);
  return { api, receive, isWhole };
}

/** Add the modules of the standard library that the engine is not known to use. */
async function addRest(api: PyodideAPI): Promise<void> {
  const response = await packagedFile(`${PYTHON}rest.zip`);
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
