// Keeping X or leaving it: which steps each way has, and what of them is stored.
import { expect, test } from "vitest";
import {
  countDone,
  parseLeaving,
  STEPS,
  stepsOf,
  ticked,
} from "../../../extension/lib/page/leave";

const idsOf = (way: "keep" | "delete") => stepsOf(way).map(({ id }) => id);

test("both ways begin with the archive, and only one deletes", () => {
  expect(idsOf("keep")[0]).toBe("archive");
  expect(idsOf("delete")[0]).toBe("archive");
  expect(idsOf("keep")).not.toContain("deactivate");
  expect(idsOf("delete").slice(-2)).toEqual(["deactivate", "away"]);
});

test("every link leads to X, and what X says to its help", () => {
  for (const { links, source } of STEPS) {
    for (const [url] of links) expect(new URL(url).host).toBe("x.com");
    if (source) expect(new URL(source).host).toBe("help.x.com");
  }
});

test("a tick is stored once and removed again; a step of both ways stays ticked", () => {
  const once = ticked(parseLeaving(null), "archive", true);
  const twice = ticked(once, "archive", true);
  expect(twice).toEqual({ way: "keep", done: ["archive"] });
  expect(countDone({ ...twice, way: "delete" })).toBe(1);
  expect(ticked(twice, "archive", false).done).toEqual([]);
});

test("only steps of the chosen way are counted", () => {
  const done = parseLeaving({ way: "keep", done: ["visit", "deactivate"] });
  expect(countDone(done)).toBe(1);
});

test.each([
  null,
  3,
  "x",
  { way: "other", done: "archive" },
  { done: [1, "no"] },
])("what is not known counts as absent: %j", (stored) => {
  expect(parseLeaving(stored)).toEqual({ way: "keep", done: [] });
});
