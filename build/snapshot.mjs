// node snapshot.mjs EXTENSION PROGRAM OUT: starts Python on the library in EXTENSION/public/python, calls warm_up() of PROGRAM and
// writes its memory to OUT/snapshot (not packed), and what restoring it needs to OUT/snapshot.json. Time stands still, and
// all random numbers are one constant, so that it is the same bytes each time.
import nodeCrypto from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const DAY = 1767225600000; // 2026-01-01T00:00:00Z
standStill();
const { importEngine, startPython } = await import("./engine.mjs");
const { findHashed, readTypes } = await import("./hashed.mjs");

const [extension, program, out] = process.argv
  .slice(2)
  .map((path) => resolve(path));
const PAGE = 1024; // bytes that are compared at once
const GAP = 1; // page: such a gap between runs is written, too
// The C library's variables. Those that differ from browser to browser get their values after the restoring.
const ENVIRONMENT = {
  USER: "web_user",
  LOGNAME: "web_user",
  PATH: "/",
  PWD: "/",
  HOME: "/home/pyodide",
  LANG: "C.UTF-8",
  _: "./this.program",
};

function standStill() {
  process.env.TZ = "UTC";
  const { Date } = globalThis;
  globalThis.Date = class extends Date {
    constructor(...parts) {
      super(...(parts.length ? parts : [DAY]));
    }
    static now() {
      return DAY;
    }
  };
  performance.now = () => 1000;
  const fill = (array) => {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(7);
    return array;
  };
  crypto.getRandomValues = fill;
  nodeCrypto.randomFillSync = fill;
}

/** Return the module's memory, in which nothing is left of what was freed, and what it was before Python started. */
async function makeMemory() {
  let fresh, linked, stack;
  const python = await startPython(extension, {
    _makeSnapshot: true,
    _sysExecutable: ENVIRONMENT._,
    env: { ...ENVIRONMENT },
    onLinked: (module, place) => {
      fresh = module.HEAPU8.slice();
      stack = module.stackSave();
      linked = place;
    },
  });
  const module = python._module;
  const host = {};
  python.registerJsModule("passerelle_host", host);
  const globals = python.toPy({ __name__: "warm_up" });
  await python.runPythonAsync(
    `${readFileSync(program, "utf8")}\nawait warm_up()\n`,
    { globals },
  );
  globals.destroy();
  const types = readTypes(python);
  python.runPython(
    "import gc, sys\nsys.path_importer_cache.clear()\nfor _ in range(3): gc.collect()\ndel gc, sys",
  );
  return { python, module, host, types, fresh, linked, stack };
}

/**
 * Fill with zeros the free blocks of Python's own allocator: for each of its sizes, blocks are taken until it asks the C
 * library for more memory. Larger blocks are the C library's: https://github.com/python/cpython/blob/3.14/Objects/obmalloc.c
 */
function cleanPython(module) {
  const end = endOfHeap(module);
  for (let size = 8; size <= 512; size += 8) {
    const taken = [];
    do taken.push(module._PyObject_Calloc(1, size));
    while (taken.at(-1) < end);
    for (const block of taken) module._PyObject_Free(block);
  }
}

function endOfHeap(module) {
  return module.HEAPU32[module._emscripten_get_sbrk_ptr() / 4];
}

/** Fill with zeros what the C library holds free, and the stack below its end: a smaller package. */
function clean(module) {
  const top = () => endOfHeap(module);
  const taken = [];
  for (let size = 1 << 18; size >= 24; size = Math.floor(size / 1.5))
    for (;;) {
      const last = top();
      const block = module._calloc(1, size);
      if (top() !== last) {
        module._free(block);
        break;
      }
      taken.push(block);
    }
  for (const block of taken) module._free(block);
  module.HEAPU8.fill(0, module._emscripten_stack_get_end(), module.stackSave());
}

/** Return the runs of pages that differ from those of a module in which Python has not started: `[address, length]`. */
function runsOf(memory, fresh) {
  const before = new Uint8Array(memory.length);
  before.set(fresh.subarray(0, memory.length));
  const runs = [];
  for (let page = 0; page < memory.length; page += PAGE) {
    if (
      Buffer.compare(
        memory.subarray(page, page + PAGE),
        before.subarray(page, page + PAGE),
      ) === 0
    )
      continue;
    const last = runs.at(-1);
    if (last && page - (last[0] + last[1]) <= GAP * PAGE)
      last[1] = page + PAGE - last[0];
    else runs.push([page, PAGE]);
  }
  return runs;
}

try {
  const engine = await importEngine(
    extension,
    "layouts.ts",
    "linking.ts",
    "snapshot.ts",
  );
  const { python, module, host, types, fresh, linked, stack } =
    await makeMemory();
  const objects = python._api.serializeHiwireState((value) => {
    if (value === host) return "passerelle_host";
    throw new Error(
      `The snapshot would hold an object of JavaScript: ${String(value)}`,
    );
  });
  cleanPython(module);
  clean(module);
  const hashed = findHashed(module, engine, types); // after the cleaning: nothing else is left of freed objects
  module.HEAP32[engine.trampoline(module)] = 0;
  const memory = module.HEAPU8.subarray(
    0,
    Math.ceil(endOfHeap(module) / PAGE) * PAGE,
  );
  const runs = runsOf(memory, fresh);
  const parts = runs.map(([address, length]) =>
    memory.subarray(address, address + length),
  );
  const bytes = Buffer.concat([...parts, engine.writeLists(hashed)]);
  const info = {
    size: bytes.length,
    version: python.version,
    environment: ENVIRONMENT,
    memory: module.HEAP8.length,
    ...{ stack, linked, runs, objects },
    hashed: Object.fromEntries(
      Object.entries(hashed).map(([name, list]) => [name, list.length]),
    ),
  };
  writeFileSync(join(out, "snapshot"), bytes);
  writeFileSync(join(out, "snapshot.json"), JSON.stringify(info));
} catch (error) {
  // Node would print the line that threw, and Pyodide's lines are a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
