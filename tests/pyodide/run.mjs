// node run.mjs ROOT WHEELS -- PYTEST ARGUMENTS: runs pytest inside Pyodide, on the wheels that the extension ships.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [root, testWheels] = process.argv
  .slice(2, 4)
  .map((path) => resolve(path));
const options = process.argv.slice(process.argv.indexOf("--") + 1);
const shipped = join(root, "extension/public/wheels/");
const release = join(root, "extension/node_modules/pyodide");

const { loadPyodide } = await import(
  pathToFileURL(join(release, "pyodide.mjs")).href
);
const python = await loadPyodide({
  indexURL: release,
  packageBaseUrl: shipped,
  lockFileContents: readFileSync(join(shipped, "lock.json"), "utf8"),
  packages: ["passerelle"],
  env: {
    HOME: "/home/pyodide",
    HYPOTHESIS_STORAGE_DIRECTORY: "/tmp/hypothesis",
  },
  stdout: () => {},
});
python.setStdout({
  isatty: false,
  write: (bytes) => (process.stdout.write(bytes), bytes.length),
});
const site = python.runPython("import site; site.getsitepackages()[0]");
for (const wheel of readdirSync(testWheels)) {
  python.unpackArchive(
    new Uint8Array(readFileSync(join(testWheels, wheel))),
    "wheel",
    { extractDir: site },
  );
}
python.FS.mkdirTree("/repository");
python.FS.mount(python.FS.filesystems.NODEFS, { root }, "/repository");

try {
  process.exitCode = python.runPython(
    `
import importlib, os, sys
os.chdir("/repository")
sys.path.insert(0, "/repository")
sys.dont_write_bytecode = True
importlib.invalidate_caches()
import pytest
int(pytest.main(options))
`,
    { globals: python.toPy({ options }) },
  );
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
