// The index that decides where a badge may stand: the same keys as Python's, found by bisecting, read without blocking.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeBadgeIndex } from "../../extension/lib/background/badge-index";
import {
  isStoredIndex,
  readBadgeIndex,
} from "../../extension/lib/messages/badge-index";
import { fromBase64, toBase64 } from "../../extension/lib/messages/base64";
import { KeyTable } from "../../extension/lib/rules/key-table";
import {
  crc32,
  firstAtLeast,
  idKey,
  makeHintKeys,
  mayKnow,
  nameKey,
  readHintKeys,
  SortedKeys,
} from "../../extension/lib/rules/keys";
import type { DirectoryFiles } from "../../extension/lib/rules/directory";
import { keysFile, packRows, pairsOf } from "./directory_files";

// From the core: name_key("Ada_Nouvelle"), id_key("9000000000011000033").
const ADA_NAME = 1202229186;
const ADA_ID = 49990228;
const MEGABYTE = 1024 * 1024;
const ENDS = 4 * (65_536 + 1); // bytes that a table takes besides its file, once it is read
const MOST_WITHOUT_TABLE = 65_536; // keys

const ada = { screenName: "ADA_nouvelle", restId: "9000000000011000033" };
const olu = { screenName: "olu_afara", restId: null };
const noRest = () => undefined;

test("keys are those that Python makes, whatever the case of a name", () => {
  expect([nameKey("Ada_Nouvelle"), nameKey("ada_nouvelle")]).toEqual([
    ADA_NAME,
    ADA_NAME,
  ]);
  expect(idKey("9000000000011000033")).toBe(ADA_ID);
});

test("a person is known by name, by id, or not at all", () => {
  const others = Array.from({ length: 1000 }, (_, number) =>
    nameKey(`crowd_${number}`),
  );
  expect(mayKnow(SortedKeys.of([...others, ADA_NAME]), ada)).toBe(true);
  expect(mayKnow(SortedKeys.of([...others, ADA_ID]), ada)).toBe(true);
  expect(mayKnow(SortedKeys.of([...others, ADA_NAME]), olu)).toBe(false);
  expect(mayKnow(SortedKeys.of([]), ada)).toBe(false);
});

test("bisecting gives the first of equal keys, and the end where there is none", () => {
  const keys = Uint32Array.of(1, 5, 5, 5, 0xffffffff);
  expect(
    [0, 1, 5, 6, 0xffffffff].map((key) => firstAtLeast(keys, key)),
  ).toEqual([0, 0, 1, 4, 4]);
  expect(firstAtLeast(Uint32Array.of(1), 2)).toBe(1);
});

test("hints of any number come through storage unchanged", () => {
  for (const count of [0, 1, 6143, 6144, 6145, 100_000]) {
    const keys = Uint32Array.from({ length: count }, (_, at) => at * 7919);
    expect(readHintKeys(makeHintKeys(3, keys.buffer))).toEqual({
      version: 3,
      keys,
    });
  }
});

test("bytes of any number come through base64 unchanged", async () => {
  for (const count of [0, 1, 2, 3, 24575, 24576, 24577]) {
    const bytes = Uint8Array.from({ length: count }, (_, at) => at * 7);
    expect(await fromBase64(toBase64(bytes), noRest)).toEqual(bytes);
  }
  expect(await fromBase64("§", noRest)).toBeNull();
});

test("what is no index is none", async () => {
  for (const stored of [undefined, null, 1, "x", {}, { version: 1, keys: "" }])
    expect(await readBadgeIndex(stored, noRest)).toBeNull();
  for (const stored of [undefined, { version: 1, keys: btoa("abc") }])
    expect(readHintKeys(stored)).toBeNull();
});

test("the index knows everyone of every directory, of its overlay too, and rests while it is read", async () => {
  const row = { row_id: "1", rest_id: ada.restId, screen_name: "ada_nouvelle" };
  const newer = {
    ...row,
    row_id: "2",
    rest_id: null,
    screen_name: "olu_afara",
  };
  const overlay = new Blob([JSON.stringify(newer)]);
  const directories = [packRows([]), packRows([row], { overlay })];
  const stored = await makeBadgeIndex("v", directories);
  expect(isStoredIndex(stored)).toBe(true);
  let rests = 0;
  const index = await readBadgeIndex(stored, () => void rests++);
  expect([ada, olu].map((one) => index?.find(one))).toEqual(["ask", "ask"]);
  expect(index?.find({ screenName: "x", restId: null })).toBeNull();
  expect(rests).toBeGreaterThan(1);
});

describe("files of keys that both languages read", () => {
  interface Table {
    readonly about: string;
    readonly keys?: readonly number[];
    readonly count?: number;
    readonly step?: number;
    readonly found: readonly number[];
    readonly missing: readonly number[];
    readonly crc32: number;
  }
  const path = new URL("../data/vectors/key-tables.json", import.meta.url);
  const tables = JSON.parse(readFileSync(path, "utf8")) as Table[];
  test.each(tables)("$about", async (table) => {
    const { count = 0, step = 0, found, missing } = table;
    const keys =
      table.keys ?? Array.from({ length: count }, (_, at) => at * step);
    const file =
      keys.length > MOST_WITHOUT_TABLE
        ? tableFile(Uint32Array.from(keys))
        : await keysFile(keys).arrayBuffer();
    expect(crc32(Buffer.from(file).toString("latin1"))).toBe(table.crc32);
    const read = KeyTable.read(file);
    expect(found.filter((key) => !read?.has(key))).toEqual([]);
    expect(missing.filter((key) => read?.has(key))).toEqual([]);
  });
});

describe("what a mark shows before the background has answered", () => {
  const PROVEN = { grade: "proven", networks: ["bluesky"] };
  const known = { row_id: "1", did: "did:plc:ada", grade: "proven" as const };
  const row = { ...known, rest_id: ada.restId, screen_name: "ada_nouvelle" };
  const nameless = { ...known, row_id: "2", screen_name: "olu_afara" };

  async function indexOf(...directories: readonly DirectoryFiles[]) {
    const stored = await makeBadgeIndex("v", directories);
    return readBadgeIndex(stored, noRest);
  }

  test("the directory's row, where name and id lead to rows that show the same", async () => {
    const index = await indexOf(packRows([row, nameless], { hasLooks: true }));
    expect(index?.find(ada)).toEqual(PROVEN);
    expect(index?.find({ ...ada, restId: null })).toEqual(PROVEN);
    expect(index?.find(olu)).toEqual(PROVEN);
  });

  test("nothing, where the id is another one or has another name", async () => {
    const index = await indexOf(packRows([row, nameless], { hasLooks: true }));
    expect(index?.find({ ...ada, restId: "42" })).toBe("ask");
    expect(index?.find({ ...ada, screenName: "ada_renamed" })).toBe("ask");
    expect(index?.find({ ...olu, restId: "77" })).toBe("ask");
    expect(index?.find({ screenName: "x", restId: "42" })).toBeNull();
  });

  test("nothing, where two rows bear the name or the row has changed since", async () => {
    const twin = { ...nameless, row_id: "3" };
    const twins = packRows([nameless, twin], { hasLooks: true });
    expect((await indexOf(twins))?.find(olu)).toBe("ask");
    const overlay = new Blob([JSON.stringify({ ...row, grade: "claimed" })]);
    const newer = packRows([row], { hasLooks: true, overlay });
    expect((await indexOf(newer))?.find(ada)).toBe("ask");
  });

  test("the lowest grade, in a directory that the person added", async () => {
    const added = packRows([row], { hasLooks: true, isAdded: true });
    expect((await indexOf(added))?.find(ada)).toEqual({
      ...PROVEN,
      grade: "claimed",
    });
    const pinned = packRows([row], { hasLooks: true });
    expect((await indexOf(pinned, added))?.find(ada)).toEqual(PROVEN);
  });
});

test("a million rows take six megabytes of a tab at most, with what their marks show", () => {
  const MILLION = 1_000_000;
  const keys = new Uint32Array(2 * MILLION);
  for (let at = 0; at < keys.length; at++) keys[at] = crc32(String(at));
  keys.sort();
  const file = tableFile(
    keys,
    Array.from(keys, (_, at) => at % 13),
  );
  const table = KeyTable.read(file);
  expect(file.byteLength + ENDS).toBeLessThan(6 * MEGABYTE);
  for (let at = 0; at < keys.length; at += 9973) {
    expect(table?.find(keys[at] ?? 0)).toContain(at);
    expect(table?.lookAt(at)).toBe(at % 13);
    const next = (keys[at] ?? 0) + 1;
    expect(table?.has(next)).toBe(keys[firstAtLeast(keys, next)] === next);
  }
});

test("a table whose counts and keys do not fit together is none", async () => {
  const file = tableFile(Uint32Array.of(1, 70_000, 0xffffffff));
  expect(KeyTable.read(file)?.find(70_000)).toEqual([1]);
  new DataView(file).setUint16(12, 9, true);
  expect(KeyTable.read(file)).toBeNull();
  expect(KeyTable.read(file.slice(0, 11))).toBeNull();
  expect(KeyTable.read(await keysFile([1, 2]).arrayBuffer())?.has(2)).toBe(
    true,
  );
});

/** Return a file of sorted keys with its table, and with looks where there are some. */
function tableFile(
  keys: Uint32Array,
  looks: readonly number[] = [],
): ArrayBuffer {
  const end = 12 + 2 * 65_536 + 2 * keys.length;
  const file = new ArrayBuffer(end + Math.ceil(looks.length / 2));
  const view = new DataView(file);
  new Uint8Array(file).set(new TextEncoder().encode("PKEY"));
  view.setUint16(4, looks.length > 0 ? 2 : 1, true);
  view.setUint16(6, 16, true);
  view.setUint32(8, keys.length, true);
  const table = new Uint16Array(file, 12, 65_536);
  for (const key of keys) table[key >>> 16] = (table[key >>> 16] ?? 0) + 1;
  new Uint16Array(file, 12 + 2 * 65_536, keys.length).set(
    keys.map((key) => key & 0xffff),
  );
  new Uint8Array(file, end).set(pairsOf(looks));
  return file;
}
