// What the runners for Node and Chromium share: puts the tests into Pyodide and runs them.
const REPOSITORY = "/repository";

/** What build/core_tests.py packs. */
export const PACKED = { site: "site.zip", repository: "repository.zip" };
/** A packaged file: pytest needs more of the standard library than the engine. */
export const REST = "python/rest.zip";

/**
 * Run pytest with `chosen` arguments (JSON text) in `python`; `files` are the bytes of PACKED and of REST, `write`
 * takes the bytes of what pytest prints. Returns JSON text: what main() of inside.py does.
 */
export function runTests(python, { site, repository, rest }, chosen, write) {
  const output = {
    isatty: false,
    write: (bytes) => (write(bytes), bytes.length),
  };
  python.setStdout(output);
  python.setStderr(output);
  const place = python.runPython("import site; site.getsitepackages()[0]");
  python.unpackArchive(site, "zip", { extractDir: place });
  python.unpackArchive(repository, "zip", { extractDir: REPOSITORY });
  python.FS.writeFile(python.pyimport("rest").REST, rest); // added by inside.py
  return python.runPython(
    `
import importlib, sys
sys.path.insert(0, root)
importlib.invalidate_caches()
from tests.pyodide.inside import main
main(chosen)
`,
    { globals: python.toPy({ root: REPOSITORY, chosen }) },
  );
}
