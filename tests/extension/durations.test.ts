// Durations as people say them.
import { expect, test } from "vitest";
import { duration } from "../../extension/lib/i18n/durations";
import { makeTranslate } from "../../extension/lib/i18n/i18n";
import { withoutIsolates } from "../../extension/lib/rules/text";

const english = makeTranslate("en");

test.each([
  [0, "1 minute"],
  [61, "2 minutes"],
  [600, "10 minutes"],
  [601, "15 minutes"],
  [39 * 60, "40 minutes"],
  [90 * 60, "90 minutes"],
  [90 * 60 + 1, "2 hours"],
  [36 * 3600, "36 hours"],
  [36 * 3600 + 1, "2 days"],
])("%i seconds are %s", (seconds, words) => {
  expect(withoutIsolates(duration(seconds, english))).toBe(words);
});
