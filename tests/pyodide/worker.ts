// Runs the core's tests in Python that was loaded as the engine's is.
import { loadPython, requestFiles } from "../../extension/engine/loading";
import { PACKED, REST, runTests } from "./inside.mjs";

const HOST = { hasDatabase: false, fromEntries: Object.fromEntries };
const decoder = new TextDecoder();

function show(text: string): void {
  self.postMessage({ text });
}

async function read(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function run(chosen: string): Promise<string> {
  const python = await loadPython(requestFiles(true), HOST);
  const [site, repository, rest] = await Promise.all([
    read(PACKED.site),
    read(PACKED.repository),
    read(REST),
  ]);
  return runTests(
    python,
    { site, repository, rest },
    chosen,
    (bytes: Uint8Array) => {
      show(decoder.decode(bytes, { stream: true }));
    },
  ) as string;
}

self.onmessage = async ({ data: chosen }: MessageEvent<string>) => {
  console.warn = (warning: unknown) => {
    show(`${String(warning)}\n`); // why Python was not restored
  };
  try {
    self.postMessage({ result: await run(chosen) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
