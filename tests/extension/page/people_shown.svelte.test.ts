// lib/page/people-shown.svelte.ts: the list is shown as last time, its first screen before everyone has been read.
import "fake-indexeddb/auto";
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Matches } from "../../../extension/lib/page/matches.svelte";
import { PeopleShown } from "../../../extension/lib/page/people-shown.svelte";
import { makeFakeEngine, match, settle } from "./fakes";
import { clear, write } from "./stores";

const STORED_AFTER = 400; // ms

let stop = () => undefined as void;
vi.stubGlobal("navigator", { languages: ["en"] });
beforeEach(async () => {
  fakeBrowser.reset();
  await clear();
  await write(
    "matches",
    "1",
    match("1", { display_name: "Zoé", followed_by: true }),
  );
  await write("matches", "2", match("2", { display_name: "Ada" }));
});
afterEach(() => {
  stop();
});

/** Return the list as a new page shows it, and what it showed from one moment to the next. */
async function opened() {
  const people = new PeopleShown(
    new Matches(makeFakeEngine().engine, new Failures()),
  );
  const seen: string[][] = [];
  await people.start();
  stop = $effect.root(() => {
    $effect(() => {
      if (people.isReady)
        seen.push(people.people.map(({ rest_id }) => rest_id));
    });
    $effect(() => people.keep());
  });
  flushSync();
  return { people, seen };
}

test("the first screen of last time shows before everyone has been read", async () => {
  const before = await opened();
  expect(before.seen).toEqual([]);
  await settle();
  flushSync();
  await new Promise((resolve) => setTimeout(resolve, STORED_AFTER));
  stop();
  await write("matches", "1", match("1", { display_name: "Zoë" }));
  const { people, seen } = await opened();
  expect(seen).toEqual([["1", "2"]]);
  expect(people.people[0]?.display_name).toBe("Zoë"); // read anew, not kept
  expect(people.counts.mutual).toBe(1); // as it was last time, until all are read
  await settle();
  flushSync();
  expect(people.counts.mutual).toBe(0);
});

test("filter, order and search are as the person left them", async () => {
  const before = await opened();
  await settle();
  before.people.show({ order: "name" });
  before.people.show({ query: "z" });
  flushSync();
  await new Promise((resolve) => setTimeout(resolve, STORED_AFTER));
  stop();
  const { people } = await opened();
  expect([people.order, people.query, people.isNarrowed]).toEqual([
    "name",
    "z",
    true,
  ]);
  expect(people.people.map(({ rest_id }) => rest_id)).toEqual(["1"]);
  people.show({ query: "" });
  await settle();
  expect(people.people.map(({ rest_id }) => rest_id)).toEqual(["2", "1"]);
});

test("nothing is stored once the list is gone, so that nothing of it outlives a deletion", async () => {
  await opened();
  await settle();
  flushSync();
  stop();
  await new Promise((resolve) => setTimeout(resolve, STORED_AFTER));
  expect(await fakeBrowser.storage.local.get()).toEqual({});
});

test("the list is narrowed to a group, and shows everyone again at the second press; it is not kept", async () => {
  const { people } = await opened();
  await settle();
  flushSync();
  const group = { group: "media" as const, rest_ids: ["2", "9"] };
  people.toggleGroup(group);
  expect(people.people.map(({ rest_id }) => rest_id)).toEqual(["2"]);
  expect([people.group, people.isNarrowed]).toEqual(["media", true]);
  people.toggleGroup(group);
  expect(people.people.map(({ rest_id }) => rest_id)).toEqual(["1", "2"]);
  expect([people.group, people.isNarrowed]).toEqual([null, false]);
});
