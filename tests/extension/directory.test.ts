// The directories on this machine, as the background reads them: blocks, overlays, several directories, hostile files.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type DirectoryFiles,
  openDirectories,
} from "../../extension/lib/rules/directory";
import { openBlock } from "../../extension/lib/rules/blocks";
import { nameKey } from "../../extension/lib/rules/keys";
import type { DirectoryRow } from "../../extension/lib/rules/rows";
import { keysFile, packRows } from "./directory_files";

const ADA: DirectoryRow = {
  row_id: "1",
  rest_id: "9000000000011000033",
  screen_name: "ada_nouvelle",
  name_seen: "2026-03-01",
  did: "did:plc:ada",
  handle: "ada.example.org",
  acct: null,
  display_name: null,
  grade: "proven",
  leaving_on: null,
  sources: [],
};
const HIDEO: DirectoryRow = {
  ...ADA,
  row_id: "2",
  rest_id: null,
  screen_name: "Hideo_Umi",
  did: null,
  handle: "hideo.example.org",
};

const find = async (
  files: DirectoryFiles,
  screenName: string,
  restId: string | null = null,
) =>
  (await (await openDirectories([files])).find({ screenName, restId }))
    ?.row_id ?? null;

test("people are found by name, in any case, and by id", async () => {
  const files = packRows([ADA, HIDEO]);
  expect(await find(files, "ADA_Nouvelle")).toBe("1");
  expect(await find(files, "hideo_umi")).toBe("2");
  expect(await find(files, "renamed_since", ADA.rest_id)).toBe("1");
  expect(await find(files, "olu_afara")).toBeNull();
});

test("a name with another bearer now is not the row's person", async () => {
  expect(
    await find(packRows([ADA]), "ada_nouvelle", "9000000000099000000"),
  ).toBeNull();
});

test("a row that knows no id goes by its name, whatever the page's id", async () => {
  expect(
    await find(packRows([HIDEO]), "hideo_umi", "9000000000018000054"),
  ).toBe("2");
});

test("the id decides where id and name lead to different rows", async () => {
  const namesake = { ...HIDEO, row_id: "3", screen_name: "new_name" };
  expect(await find(packRows([namesake, ADA]), "new_name", ADA.rest_id)).toBe(
    "1",
  );
});

test("a key shared by chance shows no wrong person", async () => {
  const files = packRows([ADA]);
  const elsewhere = {
    ...files,
    keys: keysFile([nameKey("olu_afara"), nameKey("x")].sort((a, b) => a - b)),
  };
  expect(await find(elsewhere, "olu_afara")).toBeNull();
});

test("among rows of one name the best grade wins, then the name seen last", async () => {
  const rows: DirectoryRow[] = [
    { ...HIDEO, row_id: "claimed", grade: "claimed" },
    { ...HIDEO, row_id: "older", grade: "attested", name_seen: "2024-01-01" },
    { ...HIDEO, row_id: "newer", grade: "attested", name_seen: "2026-01-01" },
  ];
  expect(await find(packRows(rows), "hideo_umi")).toBe("newer");
});

describe("files that both languages read", () => {
  interface Case {
    readonly about: string;
    readonly rows: readonly string[];
    readonly keys: string;
    readonly places: string;
    readonly overlay: string;
    readonly people: readonly {
      readonly rest_id: string | null;
      readonly screen_name: string;
      readonly found: string | null;
    }[];
  }
  const path = new URL("../data/vectors/blocks.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    cases: readonly Case[];
  };
  const blob = (text: string) => new Blob([Buffer.from(text, "base64")]);
  test.each(cases)(
    "$about",
    async ({ rows, keys, places, overlay, people }) => {
      const directory = await openDirectories([
        {
          url: "https://dir.example.org",
          isAdded: false,
          rows: rows.map(blob),
          keys: blob(keys),
          places: blob(places),
          overlay: blob(overlay),
        },
      ]);
      for (const { rest_id: restId, screen_name: screenName, found } of people)
        expect([
          screenName,
          (await directory.find({ screenName, restId }))?.row_id ?? null,
        ]).toEqual([screenName, found]);
    },
  );
});

test("a bomb is not unpacked further than a block may be large", async () => {
  const zeros = new Blob([new Uint8Array(64 * 1024 * 1024)]);
  const packed = await new Response(
    zeros.stream().pipeThrough(new CompressionStream("gzip")),
  ).blob();
  expect(await openBlock(packed)).toBeNull();
});

test("an added directory's rows are claimed, whatever they say, and name the directory as source", async () => {
  const url = "https://other.example.org";
  const directory = await openDirectories([
    packRows([ADA], { url, isAdded: true }),
  ]);
  const row = await directory.find({
    screenName: "ada_nouvelle",
    restId: null,
  });
  expect(row?.grade).toBe("claimed");
  expect(row?.sources).toEqual([
    { name: "other.example.org", url, date: null },
  ]);
});

test("for each person the first directory that knows them counts", async () => {
  const pinned = packRows([{ ...HIDEO, row_id: "pinned" }]);
  const added = packRows(
    [{ ...ADA, row_id: "added", rest_id: "77", screen_name: "Hideo_Umi" }, ADA],
    { isAdded: true },
  );
  const directory = await openDirectories([pinned, added]);
  const idOf = async (screenName: string, restId: string | null) =>
    (await directory.find({ screenName, restId }))?.row_id;
  expect(await idOf("hideo_umi", "77")).toBe("pinned");
  expect(await idOf("ada_nouvelle", null)).toBe("1");
  expect(directory.has(nameKey("ada_nouvelle"))).toBe(true);
  expect(directory.has(nameKey("hideo_umi"))).toBe(true);
  expect(directory.has(nameKey("stranger"))).toBe(false);
});

test("a damaged directory hides its rows and not those of another one", async () => {
  const damaged = packRows([HIDEO], { keys: new Blob(["PKEY"]) });
  const directory = await openDirectories([damaged, packRows([ADA])]);
  const person = { screenName: "ada_nouvelle", restId: null };
  expect((await directory.find(person))?.row_id).toBe("1");
});
