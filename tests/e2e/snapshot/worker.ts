// A worker that loads Python as the engine's does, from files that `change` may have damaged, and says what came of it.
import { loadPython, requestFiles } from "../../../extension/engine/loading";

type Change = (
  path: string,
  response: Response,
) => Response | Promise<Response>;

const MEMORY = "/snapshot/memory.bin";
const INFO = "/snapshot/info.json";

/** Replace the memory by what `edit` makes of it. */
function memory(
  edit: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Change {
  return async (path, response) =>
    path === MEMORY
      ? new Response(edit(new Uint8Array(await response.arrayBuffer())))
      : response;
}

/** Replace fields of the information. */
function info(edit: (info: Record<string, unknown>) => object): Change {
  return async (path, response) => {
    if (path !== INFO) return response;
    const fields = (await response.json()) as Record<string, unknown>;
    return new Response(JSON.stringify({ ...fields, ...edit(fields) }));
  };
}

const CHANGES: Record<string, Change> = {
  whole: (_, response) => response,
  corrupted: memory((bytes) =>
    bytes.with(bytes.length >> 1, (bytes.at(bytes.length >> 1) ?? 0) ^ 1),
  ),
  truncated: memory((bytes) => bytes.slice(0, -1000)),
  missing: (path, response) =>
    path === MEMORY ? new Response(null, { status: 404 }) : response,
  "of another Pyodide": info(() => ({ version: "314.0.0" })),
  "of another size": info(({ size }) => ({ size: Number(size) + 1 })),
  "of other addresses": info(({ linked }) => ({
    linked: { ...(linked as object), memoryBase: 0 },
  })),
  "of another stack": info(() => ({ stack: 0 })),
  "cannot be unpacked": (_, response) => {
    Reflect.deleteProperty(self, "DecompressionStream");
    return response;
  },
};

const PROGRAM = `
import datetime, gc, json, os, random, sys, time
COPIES = {
    str: lambda key: "".join(list(key)),
    bytes: lambda key: bytes(bytearray(key)),
    tuple: lambda key: tuple(list(key)),
    frozenset: lambda key: frozenset(list(key)),
}
def copied(key):  # equal, and hashed anew
    return COPIES.get(type(key), lambda key: key)(key)
def finds_all(one):
    return all(key in one and copied(key) in one for key in list(one))
json.dumps({
    "isRestored": "passerelle.engine.engine" in sys.modules,
    "hash": hash("passerelle"),
    "set": list({str(number) for number in range(50)}),
    "random": random.random(),
    "key": os.urandom(8).hex(),
    "isWhole": all(finds_all(one) for one in gc.get_objects() if isinstance(one, (dict, set, frozenset))),
    "isInterned": all(sys.intern(copied(name)) is name for name in (*list.__dict__, *str.__dict__) if sys.intern(name) is name),
    "offset": -time.timezone,
    "zone": str(datetime.datetime.now().astimezone().utcoffset()),
    "clock": time.time(),
    "language": os.environ["LANG"],
    "environment": sorted(os.environ),
})
`;

self.onmessage = async ({ data: variant }: MessageEvent<string>) => {
  const change = CHANGES[variant];
  if (!change) throw new Error(variant);
  const { fetch } = self;
  self.fetch = async (input, options) =>
    change(
      new URL(String(input), self.location.href).pathname,
      await fetch(input, options),
    );
  const warnings: unknown[] = [];
  console.warn = (warning: unknown) => warnings.push(warning);
  const api = await loadPython(requestFiles(true), {
    hasDatabase: false,
    fromEntries: Object.fromEntries,
  });
  const state = JSON.parse(api.runPython(PROGRAM) as string) as object;
  const browser = api.pyimport("browser") as object; // there in any case
  self.postMessage({ ...state, warnings, hasEngine: "start" in browser });
};
