// lib/page/search-one.svelte.ts: one person is searched for among those without a known account.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { FOLLOWING } from "../../../extension/lib/engine/people";
import type {
  GuessView,
  MatchView,
} from "../../../extension/lib/messages/messages.gen";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { SearchOne } from "../../../extension/lib/page/search-one.svelte";
import { clear, write } from "./stores";

vi.stubGlobal("navigator", { languages: ["en"] });
beforeEach(clear);

const ROSA = [
  "1",
  FOLLOWING,
  ["rosa_linden", "Rosa Linden", null, "tweet"],
  [],
];
const RUTH = ["2", FOLLOWING, ["ruth_moor", "Ruth Moor", null, "tweet"], []];

async function opened(
  searchOne: (id: string) => Promise<GuessView | null | undefined>,
) {
  await write("people", "graph", JSON.stringify({ people: [ROSA, RUTH] }));
  const matches = { all: [{ rest_id: "2" } as MatchView] };
  const search = new SearchOne(matches, { searchOne }, new Failures());
  await search.read();
  return search;
}

test("people without a match are found by a part of their name", async () => {
  const search = await opened(() => Promise.resolve(null));
  expect(search.found).toEqual([]);
  search.typed = "R";
  expect(search.found.map(({ name }) => name)).toEqual(["Rosa Linden"]);
});

test("an answer is kept beside its person; where asking failed, it can be asked again", async () => {
  const answers = [undefined, null];
  const search = await opened(() => Promise.resolve(answers.shift()));
  expect(await search.ask("1")).toBeUndefined();
  expect("1" in search.answers).toBe(false);
  expect(await search.ask("1")).toBeNull();
  expect(search.answers).toEqual({ 1: null });
  expect(search.asking).toBeNull();
});

test("nothing of it stays when the data are deleted", async () => {
  const search = await opened(() => Promise.resolve(null));
  search.typed = "rosa";
  await search.ask("1");
  search.clear();
  search.typed = "rosa";
  expect(search.found).toEqual([]);
  expect(search.answers).toEqual({});
});

test("an answer about a person of an archive that has gone meanwhile is dropped", async () => {
  let answer: (value: null) => void = () => undefined;
  const search = await opened(
    () => new Promise((resolve) => (answer = resolve)),
  );
  const asking = search.ask("1");
  search.clear();
  expect(search.asking).toBeNull();
  answer(null);
  expect(await asking).toBeUndefined();
  expect(search.answers).toEqual({});
});
