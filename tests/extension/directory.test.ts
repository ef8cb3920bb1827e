// The directory on this machine, as the background reads it: by id first, real names compared, lines of any length.
import { expect, test } from "vitest";
import { idKey, nameKey } from "../../extension/lib/rules/keys";
import {
  type DirectoryFiles,
  type DirectoryRow,
  openDirectory,
} from "../../extension/lib/rules/directory";

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

/** Write rows as core/passerelle/directory/index.py does. `extra` adds keys that point at a row which is not theirs. */
function filesOf(
  rows: DirectoryRow[],
  extra: [number, number][] = [],
): DirectoryFiles {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  const encoder = new TextEncoder();
  let at = 0;
  const entries: [number, number][] = [];
  rows.forEach((row, number) => {
    if (row.screen_name) entries.push([nameKey(row.screen_name), at]);
    if (row.rest_id) entries.push([idKey(row.rest_id), at]);
    for (const [key, of] of extra) if (of === number) entries.push([key, at]);
    at += encoder.encode(lines[number]).length;
  });
  entries.sort(([one], [other]) => one - other);
  return {
    rows: new Blob(lines),
    keys: new Blob([Uint32Array.from(entries, ([key]) => key)]),
    offsets: new Blob([Uint32Array.from(entries, ([, offset]) => offset)]),
  };
}

const find = async (
  files: DirectoryFiles,
  screenName: string,
  restId: string | null = null,
) =>
  (await (await openDirectory(files)).find({ screenName, restId }))?.row_id ??
  null;

test("people are found by name, in any case, and by id", async () => {
  const files = filesOf([ADA, HIDEO]);
  expect(await find(files, "ADA_Nouvelle")).toBe("1");
  expect(await find(files, "hideo_umi")).toBe("2");
  expect(await find(files, "renamed_since", ADA.rest_id)).toBe("1");
  expect(await find(files, "olu_afara")).toBeNull();
});

test("a name with another bearer now is not the row's person", async () => {
  expect(
    await find(filesOf([ADA]), "ada_nouvelle", "9000000000099000000"),
  ).toBeNull();
});

test("a row that knows no id goes by its name, whatever the page's id", async () => {
  expect(await find(filesOf([HIDEO]), "hideo_umi", "9000000000018000054")).toBe(
    "2",
  );
});

test("the id decides where id and name lead to different rows", async () => {
  const namesake = { ...HIDEO, row_id: "3", screen_name: "new_name" };
  expect(await find(filesOf([namesake, ADA]), "new_name", ADA.rest_id)).toBe(
    "1",
  );
});

test("a key shared by chance shows no wrong person", async () => {
  const files = filesOf(
    [ADA, HIDEO],
    [
      [nameKey("olu_afara"), 0],
      [nameKey("ada_nouvelle"), 1],
    ],
  );
  expect(await find(files, "olu_afara")).toBeNull();
  expect(await find(files, "ada_nouvelle")).toBe("1");
});

test("among rows of one name the best grade wins, then the name seen last", async () => {
  const rows: DirectoryRow[] = [
    { ...HIDEO, row_id: "claimed", grade: "claimed" },
    { ...HIDEO, row_id: "older", grade: "attested", name_seen: "2024-01-01" },
    { ...HIDEO, row_id: "newer", grade: "attested", name_seen: "2026-01-01" },
  ];
  expect(await find(filesOf(rows), "hideo_umi")).toBe("newer");
});

test("lines longer than one reading, and letters of several bytes, come whole", async () => {
  const long = { ...ADA, display_name: "é".repeat(5000) };
  const directory = await openDirectory(filesOf([HIDEO, long]));
  expect(
    await directory.find({ screenName: "ada_nouvelle", restId: null }),
  ).toEqual(long);
});
