// node run.mjs ROOT WHEELS -- PYTEST ARGUMENTS: runs pytest inside Pyodide, restored from the snapshot that the extension
// ships; with PLAIN in the environment, started without it.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSnapshot, startPython } from "../../build/engine.mjs";

const [root, testWheels] = process.argv
  .slice(2, 4)
  .map((path) => resolve(path));
const options = process.argv.slice(process.argv.indexOf("--") + 1);
const extension = join(root, "extension");

const snapshot = process.env.PLAIN ? undefined : await readSnapshot(extension);
const python = await startPython(extension, {
  snapshot,
  host: {},
  stdout: () => {},
});
if (snapshot) python.pyimport("restored").renew(python.toPy({}));
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
// pytest needs more of the standard library than the engine; added as in extension/engine/python.ts.
python.FS.writeFile(
  "/lib/rest.zip",
  readFileSync(join(extension, "public/python/rest.zip")),
);

try {
  process.exitCode = python.runPython(
    `
import importlib, os, sys
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = "/tmp/hypothesis"
os.chdir("/repository")
sys.path.insert(0, "/repository")
sys.dont_write_bytecode = True
importlib.invalidate_caches()
import rest
rest.add_rest(lambda name: None)
from tests.pyodide.unlisted import watch_imports
unlisted = watch_imports()
import passerelle
passerelle.__path__.append("/repository/core/passerelle")  # for its command line, which the extension lacks
import pytest
status = int(pytest.main(options))
for module, importer in sorted(unlisted()):
    print(f"build/standard_library.txt lacks {module}, which {importer} imports; add it")
    status = status or 1
status
`,
    { globals: python.toPy({ options }) },
  );
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
