// The words that a button shows stand in the name that is spoken for it, in every language, so that people who speak to
// their computer can say what they see: https://www.w3.org/TR/WCAG22/#label-in-name
import { expect, test } from "vitest";
import {
  catalogueOf,
  type Key,
  type Language,
  LANGUAGES,
} from "../../extension/lib/i18n/i18n";

// What is shown, and what is spoken instead. Where the spoken sentence has the shown one as a value, nothing can differ.
const LABELS: readonly (readonly [shown: Key, spoken: Key])[] = [
  ["account.check", "account.check_label"],
  ["directories.remove", "directories.remove_label"],
  ["left_out.tick", "left_out.tick_label"],
  ["row.follow", "row.follow_label"],
  ["row.follow", "row.follow_label_fediverse"],
  ["row.follow_moved", "row.follow_moved_label"],
  ["row.from_server", "row.from_server_label"],
  ["row.open", "row.open_label"],
  ["row.undo", "row.undo_label"],
  ["row.unfollow", "row.unfollow_label"],
  ["row_check.open", "row_check.label"],
  ["search_one.button", "search_one.button_for"],
];

// Whole words: a space before and after each, but not in Japanese, which has none between them.
const words = (language: Language, sentence: string) => {
  const plain = sentence
    .toLowerCase()
    .replace(/[\p{P}\s]+/gu, " ")
    .trim();
  return language === "ja" ? plain : ` ${plain} `;
};

test.for(LANGUAGES)(
  "a button's words stand in its spoken name: %s",
  (language) => {
    const catalogue = catalogueOf(language);
    const different = LABELS.filter(
      ([shown, spoken]) =>
        !words(language, catalogue[spoken]).includes(
          words(language, catalogue[shown]),
        ),
    );
    expect(
      different.map((pair) => pair.map((key) => `${key}: ${catalogue[key]}`)),
    ).toEqual([]);
  },
);
