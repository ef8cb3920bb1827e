// lib/page/missing.ts: who may be looked for alone, and who of them a name means.
import { expect, test } from "vitest";
import type { StoredPerson } from "../../../extension/lib/engine/people";
import {
  missingOf,
  named,
  notFound,
} from "../../../extension/lib/page/missing";
import type { GuessView } from "../../../extension/lib/messages/messages.gen";
import { account, match } from "./fakes";

const FOLLOWED = 1;
const FOLLOWER = 2;
const BLOCKED = 4;
const MUTED = 8;

const person = (
  id: string,
  flags: number,
  name: string | null,
): StoredPerson => [
  id,
  flags,
  name === null ? null : [`x_${id}`, name, null, "tweet"],
  [],
];

const PEOPLE = [
  person("1", FOLLOWED, "Zélie Nouvelle"),
  person("2", FOLLOWED | FOLLOWER, "Ada Ancien"),
  person("3", FOLLOWED | BLOCKED, "Blocked"),
  person("4", FOLLOWED | MUTED, "Muted"),
  person("5", FOLLOWER, "Follower"),
  person("6", FOLLOWED, null),
  person("7", FOLLOWED, "Found Already"),
  person("1", FOLLOWED, "Zélie Nouvelle"), // of X's pages, too
];

test("followed people with a name and without an account are missing, each once, by name", () => {
  const missing = missingOf(PEOPLE, new Set(["7"]));
  expect(missing.map(({ name }) => name)).toEqual([
    "Ada Ancien",
    "Zélie Nouvelle",
  ]);
});

test("a person is found by a part of the name or @name, and no one while the field is empty", () => {
  const missing = missingOf(PEOPLE, new Set());
  const ids = (typed: string) =>
    named(missing, typed).map(({ restId }) => restId);
  expect(ids("nouv")).toEqual(["1"]);
  expect(ids("@X_2")).toEqual(["2"]);
  expect(ids("  ")).toEqual([]);
});

test("people without an account are not found, mutuals first; a rejected account is none, a likely guess is one", () => {
  const ids = (
    matches: Parameters<typeof notFound>[1],
    likely: string[] = [],
  ) =>
    notFound(
      PEOPLE,
      matches,
      likely.map((rest_id) => ({ rest_id }) as GuessView),
    ).map(({ restId }) => restId);
  const [rejected, listed] = [[account({ rejected: true })], [account()]];
  expect(ids([match("7", { accounts: listed })])).toEqual(["2", "1"]);
  expect(ids([match("7", { accounts: rejected })])).toEqual(["2", "7", "1"]);
  expect(ids([], ["7", "2"])).toEqual(["1"]);
});

test("who is a follower in one of two lists is mutual", () => {
  const twice = [
    person("9", FOLLOWED | FOLLOWER, "Ada"),
    person("9", FOLLOWED, "Ada"),
  ];
  expect(missingOf(twice, new Set())[0]?.isMutual).toBe(true);
});
