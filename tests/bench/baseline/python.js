// Runs one program of tests/bench/inside in Pyodide, with the extension's own wheels; tests/bench/inside/child.py is
// its counterpart on CPython. Files are mounted in /in, read by slices; memory is the size of the WebAssembly heap.
import { loadPyodide } from "/pyodide/pyodide.mjs";

const SOURCES = "/sources";

onmessage = async ({ data }) => {
  try {
    postMessage(await run(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
};

async function run({ program, modules, folders, argument, files }) {
  const lock = await (await fetch("/wheels/lock.json")).text();
  const python = await loadPyodide({
    lockFileContents: lock,
    packageBaseUrl: new URL("/wheels/", location.href).href,
    packages: ["passerelle"],
  });
  for (const folder of folders) python.FS.mkdirTree(`${SOURCES}/${folder}`);
  for (const [path, source] of Object.entries(modules))
    python.FS.writeFile(`${SOURCES}/${path}`, source);
  python.FS.mkdir("/in");
  python.FS.mount(python.FS.filesystems.WORKERFS, { files }, "/in");
  const heap = () => python._module.HEAP8.length;
  const main = python.runPython(`
import importlib, json, sys
sys.path.insert(0, "${SOURCES}")
program = importlib.import_module("${program}")
lambda argument, peak: json.dumps(program.run(json.loads(argument), peak))
`);
  const idle = heap();
  const result = JSON.parse(main(argument, heap));
  return { result, idle, peak: heap() };
}
