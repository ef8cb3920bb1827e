// node freeze.mjs PYODIDE WHEEL...: resolves the wheels with micropip inside Pyodide and prints, as JSON, the frozen
// `lock` and the `bytecode` (path in a wheel -> base64 of a .pyc) of all modules that the engine's start imports.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [release, ...wheels] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(join(release, "pyodide.mjs")).href);
const { info } = JSON.parse(readFileSync(join(release, "pyodide-lock.json"), "utf8"));

// An empty lock: nothing can come from Pyodide's own 357 packages or their CDN. A fixed hash seed: the order of
// sets in bytecode is always the same.
const python = await loadPyodide({
  indexURL: release,
  packageBaseUrl: release,
  lockFileContents: JSON.stringify({ info, packages: {} }),
  env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
  stdout: console.error,
});

const resolver = wheels.find((wheel) => basename(wheel).startsWith("micropip-"));
python.unpackArchive(new Uint8Array(readFileSync(resolver)), "wheel");

python.FS.mkdir("/wheels");
const names = wheels.filter((wheel) => wheel !== resolver).map((wheel) => basename(wheel));
for (const name of wheels) python.FS.writeFile(`/wheels/${basename(name)}`, readFileSync(name));

const program = `
import base64, importlib, json, py_compile, sys
from pathlib import Path

import micropip

await micropip.install([f"emfs:/wheels/{name}" for name in names], index_urls=[])
lock = json.loads(micropip.freeze())

before = set(sys.modules)
importlib.import_module("passerelle.engine.engine")
site = Path(sys.modules["passerelle"].__file__).parent.parent
started = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before]
modules = sorted(Path(file) for file in started if file and file.endswith(".py") and Path(file).is_relative_to(site))

def compiled(module):
    # Unchecked: the bytecode is in the same signed package as its source, whose date means nothing.
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    pyc = py_compile.compile(str(module), "/tmp/module.pyc", doraise=True, invalidation_mode=unchecked)
    return base64.b64encode(Path(pyc).read_bytes()).decode()

json.dumps({"lock": lock, "bytecode": {str(module.relative_to(site)): compiled(module) for module in modules}})
`;

try {
  process.stdout.write(await python.runPythonAsync(program, { globals: python.toPy({ names }) }));
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
