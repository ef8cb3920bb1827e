// The index of marks: what it says of a person is what the directory's rows say, or "ask"; small enough for every tab.
import { expect, test } from "vitest";
import { makeMarkIndex } from "../../extension/lib/background/badge-index";
import {
  makeGapList,
  readGapList,
} from "../../extension/lib/messages/gap-list";
import { MarkIndex } from "../../extension/lib/messages/mark-index";
import {
  type DirectoryRow,
  findRow,
} from "../../extension/lib/rules/directory";

const MEGABYTE = 1024 * 1024;
const MOST_AT_A_MILLION_ROWS = 6 * MEGABYTE;
const MANY = 200_000;
const PATIENCE = 60_000; // ms, on a busy machine

const noRest = () => undefined;
const row = (changes: Partial<DirectoryRow> = {}): DirectoryRow => ({
  row_id: "1",
  rest_id: "9000000000011000033",
  screen_name: "ada_nouvelle",
  name_seen: "2026-03-01",
  did: "did:plc:ada",
  handle: "ada.example.org",
  acct: null,
  display_name: "Ada",
  grade: "proven",
  leaving_on: null,
  sources: [],
  ...changes,
});

async function indexOf(rows: readonly DirectoryRow[]) {
  const text = rows.map((one) => `${JSON.stringify(one)}\n`).join("");
  const index = await MarkIndex.read(
    await makeMarkIndex(1, new Blob([text])),
    noRest,
  );
  if (!index) throw new Error("The index cannot be read.");
  return index;
}

// A fixed sequence of numbers below 2^32 (xorshift).
function* numbers(seed: number) {
  for (let value = seed; ; yield value >>> 0) {
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
  }
}

test("a list gives back its numbers, and the next one for those between", async () => {
  const some = numbers(7);
  const list = Array.from(
    { length: 1000 },
    () => some.next().value as number,
  ).map((number, at) => number * (at % 3 ? 1 : 256));
  list.sort((one, other) => one - other);
  const read = await readGapList(makeGapList(list), noRest);
  for (const [at, number] of list.entries()) {
    expect(read?.firstAtLeast(number)).toBe(number);
    const next = list.find((other) => other > number);
    expect(read?.firstAtLeast(number + 1)).toBe(next ?? null);
    expect(read?.has(number - 1)).toBe(list[at - 1] === number - 1);
  }
});

test("an empty list has nothing; a text that is no base64 is no list", async () => {
  const empty = await readGapList(makeGapList([]), noRest);
  expect(empty?.firstAtLeast(0)).toBeNull();
  expect(await readGapList("§", noRest)).toBeNull();
});

test("a person in the directory has their row's grade and networks; a stranger has nothing", async () => {
  const index = await indexOf([
    row(),
    row({
      rest_id: null,
      screen_name: "olu_afara",
      grade: "claimed",
      acct: "olu@social.example",
    }),
    row({
      rest_id: null,
      screen_name: "hideo_umi",
      did: null,
      handle: null,
      acct: "hideo@social.example",
      grade: "attested",
    }),
    row({
      rest_id: null,
      screen_name: "no_account",
      did: null,
      handle: null,
      acct: null,
    }),
  ]);
  const find = (screenName: string) => index.find({ screenName, restId: null });
  expect(find("Ada_Nouvelle")).toEqual({
    grade: "proven",
    networks: ["bluesky"],
  });
  expect(find("olu_afara")).toEqual({
    grade: "claimed",
    networks: ["bluesky", "fediverse"],
  });
  expect(find("hideo_umi")).toEqual({
    grade: "attested",
    networks: ["fediverse"],
  });
  expect(find("no_account")).toBeNull();
  expect(find("stranger")).toBeNull();
});

test("the id agrees: shown; another @name or another id: the background is asked", async () => {
  const index = await indexOf([row()]);
  const ada = "9000000000011000033";
  expect(index.find({ screenName: "ada_nouvelle", restId: ada })).toMatchObject(
    { grade: "proven" },
  );
  expect(index.find({ screenName: "ada_renamed", restId: ada })).toBe("ask");
  expect(index.find({ screenName: "ada_nouvelle", restId: "42" })).toBe("ask");
  expect(index.find({ screenName: "stranger", restId: "42" })).toBeNull();
});

test("an @name and an id of two different rows: the background is asked", async () => {
  const index = await indexOf([
    row(),
    row({ rest_id: "77", screen_name: "olu_afara" }),
  ]);
  expect(index.find({ screenName: "ada_nouvelle", restId: "77" })).toBe("ask");
});

test("two rows of one @name that show different things: the background is asked", async () => {
  const twin = row({ rest_id: "77", grade: "claimed" });
  for (const [other, found] of [
    [twin, "ask"],
    [row({ rest_id: "77" }), { grade: "proven", networks: ["bluesky"] }],
  ] as const)
    expect(
      (await indexOf([row(), other])).find({
        screenName: "ada_nouvelle",
        restId: null,
      }),
    ).toEqual(found);
});

test("whatever is no index of this format is none", async () => {
  const { format, version, names, ids } = await makeMarkIndex(
    1,
    new Blob([JSON.stringify(row())]),
  );
  for (const stored of [
    undefined,
    null,
    "x",
    { version: 1, keys: "" }, // as earlier versions of the extension left it
    { format: format - 1, version, names, ids },
    { format, version: "1", names, ids },
    { format, version, names: "§", ids },
  ])
    expect(await MarkIndex.read(stored, noRest)).toBeNull();
});

test(
  "of many rows: as the rows say for everyone, strangers unknown, and small",
  { timeout: PATIENCE },
  async () => {
    const rows = Array.from({ length: MANY }, (_, number) =>
      row({
        row_id: String(number),
        rest_id:
          number % 3 ? String(10n ** 18n + 7919n * BigInt(number)) : null,
        screen_name: number % 5 ? `crowd_${String(number)}` : null,
      }),
    ).filter(({ rest_id, screen_name }) => rest_id ?? screen_name);
    const index = await indexOf(rows);
    for (let at = 0; at < rows.length; at += 97) {
      const { rest_id: restId, screen_name } = rows[at] as DirectoryRow;
      const person = { screenName: screen_name ?? `new_${String(at)}`, restId };
      expect(findRow([rows[at] as DirectoryRow], person)).not.toBeNull();
      expect(index.find(person)).toEqual(
        screen_name === null
          ? "ask"
          : { grade: "proven", networks: ["bluesky"] },
      );
    }
    const strangers = Array.from({ length: 10_000 }, (_, at) => ({
      screenName: `stranger_${String(at)}`,
      restId: null,
    }));
    expect(strangers.filter((one) => index.find(one)).length).toBeLessThan(2);
  },
);

test(
  "a million rows take six megabytes of a tab at most",
  { timeout: PATIENCE },
  async () => {
    const rows = Array.from({ length: MANY }, (_, number) =>
      row({
        rest_id: String(10n ** 18n + 7919n * BigInt(number)),
        screen_name: `crowd_${String(number)}`,
      }),
    );
    // Gaps shrink as rows become more, so a million take less than five times as much.
    const { bytes } = await indexOf(rows);
    expect((bytes * 1_000_000) / MANY).toBeLessThan(
      1.2 * MOST_AT_A_MILLION_ROWS,
    );
  },
);
