// Starts Pyodide with our wheels, all from the package, and returns the engine's one function.
import type { loadPyodide as LoadPyodide, PyodideAPI } from "pyodide";
import type { EngineProgress, Events } from "../lib/messages/messages.gen";
import { fileSystem, guardReads } from "./attachments";
import browserModule from "./browser.py?raw";
import * as database from "./database";
import { answer } from "./fetch";

type EmitText = (json: string) => void;

export interface Python {
  readonly api: PyodideAPI;
  /** Run a request, with its files' paths (both JSON text); resolves to the reply as JSON text. */
  readonly receive: (request: string, paths: string) => Promise<string>;
}

const RUNTIME = "/pyodide/";
const WHEELS = "/wheels/";
const DIRECTORIES = "/directories.json";
const CORE = "passerelle";
const ED25519 = "Ed25519";

/** Start Python. `emit` is told how far it is and, later, every event of the engine. */
export async function startPython(emit: (event: Events[keyof Events]) => void): Promise<Python> {
  const progress = (step: EngineProgress["step"]) => {
    emit({ type: "engine.progress", step });
  };
  progress("runtime");
  const [{ loadPyodide }, lock, directories] = await Promise.all([
    import(/* @vite-ignore */ `${RUNTIME}pyodide.mjs`) as Promise<{ loadPyodide: typeof LoadPyodide }>,
    packaged(`${WHEELS}lock.json`),
    packaged(DIRECTORIES),
  ]);
  // With our own lock and base there is no address in reach from which code could be fetched.
  const api = await loadPyodide({
    indexURL: RUNTIME,
    // A whole address: Pyodide does not take a path for one.
    packageBaseUrl: new URL(WHEELS, self.location.href).href,
    lockFileContents: lock,
    packages: [CORE],
  });
  progress("packages");
  guardReads(api);
  const emitText: EmitText = (json) => {
    emit(JSON.parse(json) as Events[keyof Events]);
  };
  api.registerJsModule("passerelle_host", {
    ...database,
    fetch: answer,
    verify,
    emit: emitText,
    report,
    directories,
    fromEntries: Object.fromEntries,
  });
  fileSystem(api).writeFile("/home/pyodide/browser.py", browserModule);
  const { receive } = api.pyimport("browser") as Pick<Python, "receive">;
  progress("ready");
  return { api, receive };
}

async function packaged(path: string): Promise<string> {
  const response = await fetch(path);
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
