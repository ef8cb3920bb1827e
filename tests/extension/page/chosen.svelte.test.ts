// lib/page/chosen.svelte.ts: a choice shows while it is being stored, and no longer.
import { expect, test } from "vitest";
import { Chosen } from "../../../extension/lib/page/chosen.svelte";

/** Return a promise with what ends it. */
function open() {
  let resolve!: () => void;
  let reject!: (reason: Error) => void;
  const ended = new Promise<void>((yes, no) => ([resolve, reject] = [yes, no]));
  return { ended, resolve, reject };
}

test("a choice shows over every copy until it is stored", async () => {
  const [chosen, storing] = [new Chosen<string>(), open()];
  const choosing = chosen.choose("fast", () => storing.ended);
  expect(chosen.or("gentle")).toBe("fast");
  storing.resolve();
  await choosing;
  expect(chosen.or("gentle")).toBe("gentle");
});

test("a choice that could not be stored is taken back", async () => {
  const [chosen, storing] = [new Chosen<string>(), open()];
  const choosing = chosen.choose("fast", () => storing.ended);
  storing.reject(new Error("no room"));
  await expect(choosing).rejects.toThrow("no room");
  expect(chosen.or("gentle")).toBe("gentle");
});

test("the end of an earlier choice does not end a later one", async () => {
  const [chosen, first, second] = [new Chosen<string>(), open(), open()];
  const one = chosen.choose("fast", () => first.ended);
  const other = chosen.choose("gentle", () => second.ended);
  first.resolve();
  await one;
  expect(chosen.or("fast")).toBe("gentle");
  second.resolve();
  await other;
  expect(chosen.or("fast")).toBe("fast");
});
