// The names that the engine has stored for each person of the graph.
import { beforeEach, expect, test, vi } from "vitest";

const stored = new Map<string, unknown>();
const read = vi.fn((_store: string, key: string) =>
  Promise.resolve(stored.get(key)),
);
vi.mock("../../extension/lib/engine/stores", () => ({
  read: (store: string, key: string) => read(store, key),
}));

const { makeKnownPeople, readKnown } =
  await import("../../extension/lib/background/known-people");

type Stored = [
  string,
  number,
  [string, null, string | null, string] | null,
  string[],
];
const graphOf = (...people: Stored[]) =>
  JSON.stringify({ owner: ["1", null, null], people });
const FOLLOWED = 1;

beforeEach(() => {
  stored.clear();
  read.mockClear();
});

test("nothing is known before an archive was read", async () => {
  expect(await readKnown()).toEqual(new Map());
  expect(await makeKnownPeople().namesOf("11")).toEqual([]);
});

test("a person without a name is known as such", async () => {
  stored.set("graph", graphOf(["11", FOLLOWED, null, []]));
  expect(await readKnown()).toEqual(new Map([["11", null]]));
});

test("the newer of archive and pages is a person's name", async () => {
  stored.set(
    "graph",
    graphOf(
      ["11", FOLLOWED, ["old", null, "2024-01-01", "mention"], []],
      ["12", FOLLOWED, ["archive", null, "2026-01-01", "mention"], []],
      ["13", FOLLOWED, null, []],
    ),
  );
  stored.set(
    "page",
    graphOf(
      ["11", 0, ["new", null, "2026-01-01", "page"], []],
      ["12", 0, ["page", null, "2025-01-01", "page"], []],
      ["13", 0, ["named", null, null, "page"], []],
    ),
  );
  expect(
    [...(await readKnown())].map(([id, name]) => [id, name?.screen_name]),
  ).toEqual([
    ["11", "new"],
    ["12", "archive"],
    ["13", "named"],
  ]);
});

test("people whom only pages named count where they stand in a list", async () => {
  stored.set(
    "page",
    graphOf(
      ["11", 0, ["passing", null, "2026-01-01", "page"], []],
      ["12", FOLLOWED, ["listed", null, "2026-01-01", "page"], []],
    ),
  );
  expect([...(await readKnown()).keys()]).toEqual(["12"]);
});

test("all names of an id are known, and read once until told to forget", async () => {
  stored.set(
    "graph",
    graphOf([
      "11",
      FOLLOWED,
      ["ada", null, "2024-01-01", "mention"],
      ["ada_old"],
    ]),
  );
  stored.set(
    "page",
    graphOf(["11", 0, ["ada_new", null, "2026-01-01", "page"], []]),
  );
  const people = makeKnownPeople();
  expect(await people.namesOf("11")).toEqual(["ada", "ada_old", "ada_new"]);
  expect(await people.namesOf("12")).toEqual([]);
  expect(read).toHaveBeenCalledTimes(2);
  people.forget();
  await people.namesOf("11");
  expect(read).toHaveBeenCalledTimes(4);
});
