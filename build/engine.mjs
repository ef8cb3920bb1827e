// Starts Python under Node as extension/engine/python.ts does in a browser: the same files, linked by the same code.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Return the modules of extension/engine in `names`, in one, as JavaScript. */
export async function importEngine(extension, ...names) {
  const { buildSync } = createRequire(join(extension, "package.json"))(
    "esbuild",
  );
  const contents = names.map((name) => `export * from "./${name}";`).join("\n");
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: join(extension, "engine"), loader: "ts" },
    ...{ bundle: true, format: "esm", write: false },
  });
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
  );
}

/** Return the snapshot in `folder`/public/snapshot, `folder` being extension/. */
export async function readSnapshot(folder) {
  const { unpack } = await importEngine(resolve(folder), "snapshot.ts");
  const file = (name) => readFileSync(join(folder, "public", "snapshot", name));
  return unpack(
    JSON.parse(file("info.json")),
    Uint8Array.from(file("memory.bin")).buffer,
  );
}

/**
 * Start Python with the library in `folder`/public/python; or restore it, where `snapshot` is given and `host` takes the
 * place of passerelle_host. `onLinked` is called when pydantic_core is linked; all other options are loadPyodide's.
 */
export async function startPython(
  folder,
  { onLinked, snapshot, host, ...options } = {},
) {
  const extension = resolve(folder);
  const release = join(extension, "node_modules", "pyodide");
  const python = join(extension, "public", "python");
  const { link, storeFiles, restoringOptions } = await importEngine(
    extension,
    "linking.ts",
    "snapshot.ts",
  );
  const { loadPyodide } = await import(
    pathToFileURL(join(release, "pyodide.mjs")).href
  );
  const { default: create } = await import(
    pathToFileURL(join(release, "pyodide.asm.mjs")).href
  );
  const library = new WebAssembly.Module(
    readFileSync(join(python, "pydantic_core.wasm")),
  );
  const { lock, files } = JSON.parse(
    readFileSync(join(python, "start.json"), "utf8"),
  );
  const starting = {
    createPyodideModule: (settings) => {
      settings.onRuntimeInitialized = () => {
        const linked = link(settings, library);
        onLinked?.(settings, linked);
      };
      return create(settings);
    },
  };
  return loadPyodide({
    indexURL: release,
    stdLibURL: join(python, "library.zip"),
    packageBaseUrl: python,
    lockFileContents: JSON.stringify(lock),
    fsInit: async (fs) => storeFiles(fs, files),
    ...(snapshot
      ? restoringOptions(snapshot, library, create, host)
      : starting),
    ...options,
  });
}
