// IndexedDB: what the engine writes is what pages read, in one step or not at all, and live reads follow it.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test, vi } from "vitest";

const wait = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

// Each test gets modules and a database of its own.
beforeEach(() => {
  vi.resetModules();
  globalThis.indexedDB = new IDBFactory();
});

async function load() {
  const database = await import("../../extension/engine/database");
  const storage = await import("../../extension/lib/engine/stores");
  const { openChannel } = await import("../../extension/lib/engine/channel");
  const { SCHEMAS } = await import("../../extension/lib/messages/messages.gen");
  const schemas = {
    kind: "put",
    store: "state",
    key: "schemas",
    value: JSON.stringify(SCHEMAS),
  } as const;
  return { ...database, ...storage, openChannel, schemas };
}

test("pages may come first: everything is empty, nothing is missing", async () => {
  const { readState, readMatches } = await load();
  expect([await readState("queue"), await readMatches()]).toEqual([null, []]);
});

test("JSON is stored as an object, so that pages read it without parsing", async () => {
  const { write, readState, schemas } = await load();
  await write([
    schemas,
    { kind: "put", store: "state", key: "matches", value: '{"found":3}' },
  ]);
  expect(await readState("matches")).toEqual({ found: 3 });
});

test("JSON comes back to Python as text, bytes as the same bytes", async () => {
  const { write, get, getAll } = await load();
  const keys = new Uint8Array([1, 0, 255]);
  await write([
    { kind: "put", store: "directory", key: "keys", value: keys },
    { kind: "put", store: "directory", key: "latest", value: '{"version":1}' },
  ]);
  expect(await get("directory", "latest")).toBe('{"version":1}');
  expect(await get("directory", "keys")).toEqual(keys);
  expect(await get("directory", "rows")).toBeUndefined();
  expect(await getAll("directory")).toEqual([
    ["keys", keys],
    ["latest", '{"version":1}'],
  ]);
});

test("changes apply in order, over several stores", async () => {
  const { write, getAll } = await load();
  await write([
    { kind: "put", store: "queue", key: "did:plc:old", value: "1" },
    { kind: "put", store: "history", key: "h", value: "2" },
  ]);
  await write([
    { kind: "clear", store: "queue" },
    { kind: "put", store: "queue", key: "did:plc:a", value: "3" },
    { kind: "put", store: "queue", key: "did:plc:b", value: "4" },
    { kind: "delete", store: "queue", key: "did:plc:a" },
    { kind: "delete", store: "history", key: "never there" },
  ]);
  expect(await getAll("queue")).toEqual([["did:plc:b", "4"]]);
  expect(await getAll("history")).toEqual([["h", "2"]]);
});

test("when one change cannot be made, none is", async () => {
  const { write, getAll } = await load();
  const changes = [
    { kind: "put", store: "queue", key: "did:plc:a", value: "1" },
    { kind: "put", store: "queue", key: "did:plc:b", value: "{not json" },
  ] as const;
  await expect(write(changes)).rejects.toThrow();
  expect(await getAll("queue")).toEqual([]);
});

test("a live read follows the engine's changes of its stores, and only those", async () => {
  const { write, live, readState, openChannel, schemas } = await load();
  const store = live(["state"], () => readState("queue"), null);
  const seen: unknown[] = [];
  const stop = store.subscribe((value) => seen.push(value));
  const engine = openChannel();
  await wait(20);
  await write([
    schemas,
    { kind: "put", store: "state", key: "queue", value: '{"waiting":5}' },
  ]);
  engine.post({
    event: { type: "state.changed", stores: ["matches"], keys: {} },
  });
  await wait(20);
  expect(seen).toEqual([null]);
  engine.post({
    event: { type: "state.changed", stores: ["queue", "state"], keys: {} },
  });
  await wait(20);
  expect(seen.at(-1)).toEqual({ waiting: 5 });
  stop();
  engine.close();
});

test("a live read is told which records were written since its last read", async () => {
  const { write, live, openChannel, schemas } = await load();
  await write([schemas]);
  const told: unknown[] = [];
  const query = (changed: ReadonlySet<string> | null) => {
    told.push(changed && [...changed].sort());
    return Promise.resolve(null);
  };
  const stop = live(["matches"], query, null).subscribe(() => undefined);
  const engine = openChannel();
  const post = (keys: Record<string, string[]>) =>
    engine.post({
      event: { type: "state.changed", stores: ["matches"], keys },
    });
  await wait(20);
  post({ matches: ["1", "2"], state: ["queue"] });
  post({ matches: ["2", "3"] });
  await wait(20);
  post({}); // written as a whole
  await wait(20);
  expect(told[0]).toBeNull();
  expect([...new Set((told.slice(1, -1) as string[][]).flat())]).toEqual([
    "1",
    "2",
    "3",
  ]);
  expect(told.at(-1)).toBeNull();
  stop();
  engine.close();
});

test("after a read that failed everything is read again", async () => {
  const { live, openChannel } = await load();
  const told: unknown[] = [];
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const query = (changed: ReadonlySet<string> | null) => {
    told.push(changed && [...changed]);
    return told.length === 2
      ? Promise.reject(new Error("closed"))
      : Promise.resolve(null);
  };
  const stop = live(["matches"], query, null).subscribe(() => undefined);
  const engine = openChannel();
  for (const key of ["1", "2"]) {
    await wait(20);
    engine.post({
      event: {
        type: "state.changed",
        stores: ["matches"],
        keys: { matches: [key] },
      },
    });
  }
  await wait(20);
  expect(told).toEqual([null, ["1"], null]);
  expect(reported).toHaveBeenCalledOnce();
  stop();
  engine.close();
});

test("the connection is closed for a context that deletes the database, and opened again at the next read", async () => {
  const { write, getAll } = await load();
  await write([{ kind: "put", store: "queue", key: "did:plc:a", value: "1" }]);
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("passerelle");
    request.onsuccess = resolve;
    request.onblocked = reject;
  });
  expect(await getAll("queue")).toEqual([]);
});

test("records of an earlier version count as absent for pages until the engine has migrated them", async () => {
  const {
    write,
    read,
    readAll,
    readKeys,
    readMatches,
    readState,
    get,
    schemas,
    isMigrationDue,
  } = await load();
  const old = {
    ...(JSON.parse(schemas.value) as object),
    queue: 1,
    state: 1,
    matches: 0,
  };
  const numbers = { ...schemas, value: JSON.stringify(old) };
  await write([
    numbers,
    { kind: "put", store: "queue", key: "queue", value: '{"troubles":1}' },
    { kind: "put", store: "state", key: "queue", value: "{}" },
    { kind: "put", store: "matches", key: "1", value: "{}" },
    { kind: "put", store: "decisions", key: "a", value: '"chosen"' },
  ]);
  expect(await isMigrationDue()).toBe(true);
  expect(await readState("queue")).toBeNull();
  expect(await read("queue", "queue")).toBeUndefined();
  expect((await readKeys("queue")).size).toBe(0);
  expect(await readMatches()).toEqual([]);
  expect((await readAll("decisions")).get("a")).toBe("chosen"); // of this version already
  expect(await get("queue", "queue")).toBe('{"troubles":1}'); // the engine reads everything
  await write([schemas]);
  expect(await isMigrationDue()).toBe(false);
  expect(await readState("queue")).toEqual({});
});

test("stores without numbers are those of the first version; empty ones need no migration", async () => {
  const { write, readAll, isMigrationDue } = await load();
  expect(await isMigrationDue()).toBe(false);
  await write([{ kind: "put", store: "hints", key: "1", value: "{}" }]);
  expect(await isMigrationDue()).toBe(true);
  expect((await readAll("hints")).size).toBe(0);
});

function failing(name: string, message = ""): void {
  const error = new DOMException(message, name);
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw error;
  });
}

const CHANGE = { kind: "put", store: "queue", key: "a", value: "1" } as const;

test.each([
  ["a quota that is used up", "QuotaExceededError", ""],
  [
    "Chromium's full disk",
    "UnknownError",
    "Connection is closing because of: IO error: .../000003.log: FILE_ERROR_NO_SPACE (ChromeMethodBFE: 3::WritableFileAppend::8)",
  ],
  [
    "files that a full disk does not take",
    "DataError",
    "Failed to write blobs (IOError).",
  ],
  [
    "a database that a full disk does not open",
    "UnknownError",
    "Internal error opening backing store for indexedDB.open.",
  ],
])("%s counts as full storage", async (_, name, message) => {
  const { write, getAll } = await load();
  failing(name, message);
  await expect(write([CHANGE])).rejects.toMatchObject({
    name: "QuotaExceededError",
  });
  failing("InvalidStateError", "The database connection is closing.");
  await expect(write([CHANGE])).rejects.toMatchObject({
    name: "QuotaExceededError",
  });
  vi.restoreAllMocks();
  await write([CHANGE]);
  expect(await getAll("queue")).toEqual([["a", "1"]]);
  failing("UnknownError", "Internal error.");
  await expect(write([CHANGE])).rejects.toMatchObject({ name: "UnknownError" }); // there was room in between
  vi.restoreAllMocks();
});

test("data that cannot be stored is no full storage, not even on a full disk", async () => {
  const { write } = await load();
  failing("QuotaExceededError");
  await expect(write([CHANGE])).rejects.toMatchObject({
    name: "QuotaExceededError",
  });
  failing("DataCloneError");
  await expect(write([CHANGE])).rejects.toMatchObject({
    name: "DataCloneError",
  });
  vi.restoreAllMocks();
});

test("a connection that the browser closed without an event is opened again", async () => {
  const { write, get, useDatabase } = await load();
  await write([CHANGE]);
  await useDatabase((database) => {
    database.close();
    return Promise.resolve();
  });
  expect(await get("queue", "a")).toBe("1");
  await useDatabase((database) => {
    database.close();
    return Promise.resolve();
  });
  await write([{ ...CHANGE, value: "2" }]);
  expect(await get("queue", "a")).toBe("2");
});
