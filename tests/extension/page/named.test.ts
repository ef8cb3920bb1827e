// Whose names are shown where no one was found.
import { expect, test } from "vitest";
import { namedAmong } from "../../../extension/lib/page/named";
import type { StoredPerson } from "../../../extension/lib/engine/people";

const FOLLOWING = 1;
const FOLLOWER = 2;

function person(
  id: string,
  flags: number,
  name: [string, string | null, string] | null,
): StoredPerson {
  return [id, flags, name && [...name, "test"], []];
}

test("only followed people with a name are shown, in the order of the alphabet", () => {
  const archive = [
    person("1", FOLLOWING, ["zoe", "Zoé", "2026-01-01"]),
    person("2", FOLLOWING, null),
    person("3", FOLLOWER, ["fan", "Fan", "2026-01-01"]),
    person("4", FOLLOWING, ["emile", "Émile", "2026-01-01"]),
  ];
  expect(namedAmong([archive, []], "fr")).toEqual([
    { restId: "4", screenName: "emile", name: "Émile" },
    { restId: "1", screenName: "zoe", name: "Zoé" },
  ]);
});

test("the newer name counts, also where only a page gives it", () => {
  const archive = [
    person("1", FOLLOWING, ["old", null, "2020-01-01"]),
    person("2", FOLLOWING, null),
  ];
  const page = [
    person("1", 0, ["new", null, "2026-01-01"]),
    person("2", 0, ["bea", null, "2026-01-01"]),
    person("9", 0, ["stranger", null, "2026-01-01"]),
  ];
  expect(
    namedAmong([archive, page], "en").map(({ screenName }) => screenName),
  ).toEqual(["bea", "new"]);
});
