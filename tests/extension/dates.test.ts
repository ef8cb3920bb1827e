// Days and moments as people read them.
import { expect, test } from "vitest";
import { clockTime, localDay } from "../../extension/lib/i18n/dates";

test("a day is that day here, wherever here is", () => {
  const day = localDay("2026-11-20");
  expect([day.getFullYear(), day.getMonth(), day.getDate()]).toEqual([
    2026, 10, 20,
  ]);
});

test("a moment of today has no date, another day has one", () => {
  const now = new Date(2026, 10, 20, 9, 0);
  expect(clockTime(new Date(2026, 10, 20, 23, 5), now, "fr")).toBe("23:05");
  expect(clockTime(new Date(2026, 10, 21, 1, 5), now, "fr")).toContain(
    "21 nov. 2026",
  );
});
