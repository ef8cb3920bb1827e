// Where people were found, as the rows of charts.
import { expect, test } from "vitest";
import { makeTranslate } from "../../../extension/lib/i18n/i18n";
import {
  groupsOf,
  placesOf,
  serversOf,
  today,
  widthsOf,
} from "../../../extension/lib/page/where";

const t = makeTranslate("en");
const DAY = {
  day: "2026-11-28",
  bluesky: 4,
  both: 2,
  fediverse: 1,
  left: 1,
  not_found: 8,
  found: 7,
};

test("the last day's places add up to the followed people", () => {
  const growth = { owner: "1", days: [{ ...DAY, found: 0 }, DAY], line: "" };
  const rows = placesOf(today(growth) ?? DAY, t);
  expect(rows.map(({ count }) => count)).toEqual([4, 2, 1, 1, 8]);
  expect(rows[0]?.label).toBe("On Bluesky only");
  expect(today(null)).toBeNull();
});

test("groups and servers have as many people as the list", () => {
  const groups = [{ group: "media" as const, rest_ids: ["1", "2"] }];
  expect(groupsOf({ groups }, t)).toEqual([
    { key: "media", label: "Media", count: 2 },
  ]);
  const servers = [{ server: "quai.example.org", count: 3 }];
  expect(serversOf({ servers })[0]?.count).toBe(3);
});

test("the longest bar is whole, and nothing divides by zero", () => {
  expect(widthsOf(placesOf(DAY, t))).toEqual([50, 25, 12.5, 12.5, 100]);
  expect(widthsOf([{ key: "a", label: "a", count: 0 }])).toEqual([0]);
});
