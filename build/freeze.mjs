// node freeze.mjs PYODIDE WHEEL...: resolves the wheels with micropip inside Pyodide and prints the frozen lock as JSON.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [release, ...wheels] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(
  pathToFileURL(join(release, "pyodide.mjs")).href
);
const { info } = JSON.parse(
  readFileSync(join(release, "pyodide-lock.json"), "utf8"),
);

// An empty lock: nothing can come from Pyodide's own 357 packages or their CDN.
const python = await loadPyodide({
  indexURL: release,
  packageBaseUrl: release,
  lockFileContents: JSON.stringify({ info, packages: {} }),
  stdout: console.error,
});

const resolver = wheels.find((wheel) =>
  basename(wheel).startsWith("micropip-"),
);
python.unpackArchive(new Uint8Array(readFileSync(resolver)), "wheel");

python.FS.mkdir("/wheels");
const names = wheels
  .filter((wheel) => wheel !== resolver)
  .map((wheel) => basename(wheel));
for (const name of wheels)
  python.FS.writeFile(`/wheels/${basename(name)}`, readFileSync(name));

const program = `
import micropip

await micropip.install([f"emfs:/wheels/{name}" for name in names], index_urls=[])
micropip.freeze()
`;

try {
  process.stdout.write(
    await python.runPythonAsync(program, { globals: python.toPy({ names }) }),
  );
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
