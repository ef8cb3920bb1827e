// Sentences with a number or a cause, each in the state that would make a careless wording untrue.
import { expect, test } from "vitest";
import {
  foundText,
  isKnown,
  notesOf,
} from "../../extension/lib/i18n/archive-text";
import {
  catalogueOf,
  type Key,
  type Language,
  LANGUAGES,
  makeTranslate,
} from "../../extension/lib/i18n/i18n";
import { withoutIsolates } from "../../extension/lib/rules/text";

const NOW = new Date("2026-11-27T12:00:00Z");
const english = makeTranslate("en");
const ARCHIVE = {
  origin: "archive" as const,
  exported_at: "2026-03-01T00:00:00Z",
  pages_read_at: null,
  following: 40,
  followers: 12,
  named_following: 9,
  warnings: [],
};
const warning = (code: string) => ({ code, file: null, message: "" });
const FOUND = { following: 40, found: 7, found_followers: 3 };

test("followers that were never read are no 0 followers", () => {
  const without = {
    ...ARCHIVE,
    followers: 0,
    warnings: [warning("followers_missing")],
  };
  expect(isKnown(without, "followers")).toBe(false);
  expect(isKnown(without, "mutuals")).toBe(false);
  expect(isKnown(without, "following")).toBe(true);
  // An empty list in the archive is one that was read.
  expect(isKnown({ ...ARCHIVE, followers: 0 }, "followers")).toBe(true);
  // Read on X: only the list that was read.
  expect(
    isKnown({ ...ARCHIVE, origin: "pages", followers: 0 }, "followers"),
  ).toBe(false);
});

test("the title counts followers where it is not known who is followed", () => {
  const without = {
    ...ARCHIVE,
    following: 0,
    warnings: [warning("following_missing")],
  };
  const summary = { following: 0, found: 0, found_followers: 3 };
  expect(foundText(summary, without, english)).toBe(
    "3 of your followers were found.",
  );
  expect(foundText({ ...summary, found_followers: 0 }, without, english)).toBe(
    "None of your followers was found yet.",
  );
  expect(foundText(FOUND, ARCHIVE, english)).toBe(
    "You follow 40 people; 7 found.",
  );
});

test("a list read on X answers the warning that the archive lacks it", () => {
  const warnings = [warning("followers_missing"), warning("tweets_missing")];
  const alone = notesOf({ ...ARCHIVE, followers: 0, warnings }, NOW, english);
  expect(alone.warnings).toEqual([
    "Without follower.js, who follows you is not known.",
    "There are no posts in it, and names of people come from posts.",
  ]);
  const both = { ...ARCHIVE, origin: "both" as const, followers: 12, warnings };
  expect(notesOf(both, NOW, english).warnings).toEqual([
    "There are no posts in it, and names of people come from posts.",
  ]);
});

test("an old archive lacks no one whom a list read since has", () => {
  const old = { ...ARCHIVE, exported_at: "2024-03-01T00:00:00Z" };
  const missing = /people you have followed since are missing/;
  expect(notesOf(old, NOW, english).notes.join()).toMatch(missing);
  const read = {
    ...old,
    origin: "both" as const,
    pages_read_at: "2026-11-20T00:00:00Z",
  };
  expect(notesOf(read, NOW, english).notes.join()).not.toMatch(missing);
});

test("names that X's pages gave are not said to be the archive's", () => {
  const read = {
    ...ARCHIVE,
    origin: "both" as const,
    pages_read_at: "2026-11-20T00:00:00Z",
  };
  expect(notesOf(read, NOW, english).notes).toEqual([
    "Your lists were read on X on Nov 20, 2026. Names known among those you follow: 9.",
  ]);
  // Pages may also name people when no list was read.
  expect(notesOf(ARCHIVE, NOW, english).notes.join()).toContain(
    "The names of 9 of the 40 people you follow are known",
  );
});

// Sentences that once held in one state only, and what each must not say.
const UNTRUE: Partial<Record<Key, [RegExp, string]>> = {
  "follow.wait_until": [/asks|server/, "the pause may be our own pace"],
  "follow.nobody_left": [/you ticked/, "what is sure is ticked in advance"],
  "about.follow": [/ticked/, "what is sure is ticked in advance"],
  "follow.finished": [/^Done/, "the number is of all follows so far"],
  "error.interrupted": [/archive/, "the work may have been another one"],
  "error.timeout": [/given up/, "a follow may still be on its way"],
  "export.saved": [/^Saved/, "the browser may ask where to save it"],
  "signin.code_hint": [/just sent/, "after a wrong code none was sent"],
  "evidence.same_rest_id": [/archive/, "there may be only a list read on X"],
  "evidence.same_name": [/archive/, "there may be only a list read on X"],
  "warning.tweets_missing": [/number only/, "X's pages may have named them"],
  "found.none_names": [/archive/, "X's pages may have named some"],
};

test.each(Object.entries(UNTRUE))(
  "%s holds in every state",
  (key, [untrue, why]) => {
    expect(catalogueOf("en")[key as Key], why).not.toMatch(untrue);
  },
);

// Titles of lists that are shown with someone in them only.
const NEVER_OF_NONE: ReadonlySet<Key> = new Set<Key>(["found.names"]);
const AMOUNTS = [0, 1, 2, 3, 11, 99, 100, 1_000_000];
// A noun that belongs to one cannot follow another number, and the other way round.
const COUNTED = (Object.keys(catalogueOf("en")) as Key[]).filter((key) =>
  /\{(count|read|rows|found|following), plural/.test(catalogueOf("en")[key]),
);

// Each value is the same number, each date the same day.
function said(language: Language, key: Key, amount: number): string {
  const names = [...catalogueOf(language)[key].matchAll(/\{(\w+)[,}]/g)];
  const values = Object.fromEntries(names.map(([, name]) => [name, amount]));
  return withoutIsolates(
    makeTranslate(language)(key, { ...values, date: NOW }),
  );
}

test.each(LANGUAGES)(
  "%s counts 0, 1, 2 and many in every sentence",
  (language) => {
    expect(COUNTED.length).toBeGreaterThan(10);
    for (const key of COUNTED) {
      const amounts = AMOUNTS.slice(NEVER_OF_NONE.has(key) ? 1 : 0);
      const sentences = amounts.map((amount) => said(language, key, amount));
      // Every amount makes another sentence, so none is said of two.
      expect(new Set(sentences).size, `${key}: ${sentences.join(" | ")}`).toBe(
        amounts.length,
      );
    }
  },
);

test("English says one person and several people", () => {
  for (const key of COUNTED) {
    expect(said("en", key, 1), key).not.toMatch(
      /\b1 \w*people\b|\b1 accounts\b/,
    );
    for (const amount of [0, 2, 11, 100])
      expect(said("en", key, amount), key).not.toMatch(
        new RegExp(`\\b${amount} (person|account|note|entry)\\b`),
      );
  }
});

test("French says 0 and 1 in the singular, and a million of them with de", () => {
  for (const key of COUNTED) {
    for (const amount of [0, 1])
      expect(said("fr", key, amount), key).not.toMatch(
        new RegExp(`(^|\\D)${amount} personnes`),
      );
    expect(said("fr", key, 1_000_000), key).not.toMatch(
      /000 (personnes|comptes|fiches|remarques)/,
    );
  }
});
