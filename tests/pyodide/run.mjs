// node run.mjs EXTENSION FOLDER RESULT CHOSEN: runs pytest inside Pyodide, restored from the snapshot in EXTENSION/public,
// with what build/core_tests.py packed into FOLDER and CHOSEN arguments (JSON text); writes what came of it to RESULT.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot, startPython } from "../../build/engine.mjs";
import { PACKED, REST, runTests } from "./inside.mjs";

const [extension, folder, result, chosen] = process.argv.slice(2);
const read = (...path) => new Uint8Array(readFileSync(join(...path)));

try {
  const python = await startPython(extension, {
    snapshot: await readSnapshot(extension),
    host: {},
    stdout: () => {},
  });
  python.pyimport("restored").renew(python.toPy({}));
  const files = {
    site: read(folder, PACKED.site),
    repository: read(folder, PACKED.repository),
    rest: read(extension, "public", REST),
  };
  writeFileSync(
    result,
    runTests(python, files, chosen, (bytes) => process.stdout.write(bytes)),
  );
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
