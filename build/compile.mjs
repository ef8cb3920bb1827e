// node compile.mjs PYODIDE SOURCES OUT: compiles every module of the ZIP SOURCES inside Pyodide and writes the bytecode
// to OUT: JSON of path in SOURCES -> base64 of the .pyc. Only our own modules keep docstrings and assertions.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [release, sources, out] = process.argv
  .slice(2)
  .map((path) => resolve(path));
const { loadPyodide } = await import(
  pathToFileURL(join(release, "pyodide.mjs")).href
);
const { info } = JSON.parse(
  readFileSync(join(release, "pyodide-lock.json"), "utf8"),
);

// A fixed hash seed: the order of sets in bytecode is always the same. No columns: a traceback names lines, and marks
// columns only below a source's line, which the package lacks: https://docs.python.org/3/using/cmdline.html#envvar-PYTHONNODEBUGRANGES
const python = await loadPyodide({
  indexURL: release,
  packageBaseUrl: release,
  lockFileContents: JSON.stringify({ info, packages: {} }),
  env: {
    HOME: "/home/pyodide",
    PYTHONHASHSEED: "0",
    PYTHONNODEBUGRANGES: "1",
  },
});
python.FS.writeFile("/sources.zip", readFileSync(sources));

// Hash-based and unchecked (https://peps.python.org/pep-0552/): the source is not beside the bytecode.
const program = `
import base64, json, zipfile
from importlib import _bootstrap_external as external
from importlib.util import source_hash

ours = ("browser.py", "rest.py", "restored.py")

def compiled(path, source):
    optimize = 0 if path in ours or path.startswith("passerelle/") else 2  # 2: neither docstrings nor assertions
    code = compile(source, f"/lib/python314.zip/{path}", "exec", dont_inherit=True, optimize=optimize)
    return base64.b64encode(external._code_to_hash_pyc(code, source_hash(source), checked=False)).decode()

with zipfile.ZipFile("/sources.zip") as archive:
    modules = {path: compiled(path, archive.read(path)) for path in sorted(archive.namelist())}
json.dumps(modules)
`;

try {
  writeFileSync(out, python.runPython(program));
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
