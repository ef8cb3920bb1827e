// Names, bios and a post for the own X profile: within X's limits, with whole addresses, in every language.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES, makeTranslate } from "../../../extension/lib/i18n/i18n";
import {
  biosFor,
  MAX_BIO,
  MAX_NAME,
  namesFor,
  parseAcct,
  parseHandle,
  postFor,
  postPage,
} from "../../../extension/lib/page/x-profile";

interface Vector {
  name: string;
  handle: string | null;
  acct: string | null;
  names: string[];
  bios: string[];
}
// The core finds the addresses in these texts again: tests/core/test_x_profile_texts.py.
const path = new URL("../../data/vectors/x-profile.json", import.meta.url);
const VECTORS = JSON.parse(readFileSync(path, "utf8")) as Vector[];
const ENGLISH = makeTranslate("en");

test.each(VECTORS)("texts for $name, $handle, $acct", (vector) => {
  expect(namesFor(vector.name, vector)).toEqual(vector.names);
  expect(biosFor(vector, ENGLISH)).toEqual(vector.bios);
});

test.each(LANGUAGES)(
  "texts in %s fit, hold whole addresses, and no marks of direction",
  (language) => {
    const t = makeTranslate(language);
    for (const addresses of VECTORS) {
      const bios = biosFor(addresses, t);
      const texts = [...bios, ...namesFor(addresses.name, addresses)];
      expect(bios.length).toBeGreaterThan(0);
      for (const text of texts) {
        const whole = [addresses.handle, addresses.acct].filter((one) => one);
        expect(whole.some((one) => text.includes(String(one)))).toBe(true);
        expect(text).not.toMatch(/[\u2066-\u2069…]/u);
        expect(text.length).toBeLessThanOrEqual(MAX_BIO);
      }
      for (const name of namesFor(addresses.name, addresses))
        expect(name.length).toBeLessThanOrEqual(MAX_NAME);
    }
  },
);

test("a text at the limit is kept, one beyond it is not", () => {
  const acct = (letters: number) => `${"a".repeat(letters)}@quai.example.org`;
  const room = MAX_NAME - "@@quai.example.org".length;
  expect(namesFor("", { handle: null, acct: acct(room) })).toHaveLength(1);
  expect(namesFor("", { handle: null, acct: acct(room + 1) })).toEqual([]);
});

test("without an address there is no text", () => {
  const none = { handle: null, acct: null };
  expect(namesFor("Ada", none)).toEqual([]);
  expect(biosFor(none, ENGLISH)).toEqual([]);
  expect(postFor(none, ENGLISH)).toBeNull();
  expect(postPage(null)).toBe("https://x.com/intent/post");
});

test("the post names both addresses, or the one that fits", () => {
  const both = { handle: "ada.bsky.social", acct: "ada@quai.example.org" };
  expect(postFor(both, ENGLISH)).toBe(
    "From now on you will find me here: Bluesky: ada.bsky.social · Mastodon: @ada@quai.example.org",
  );
  const long = {
    handle: `${"a".repeat(63)}.`.repeat(3) + "org",
    acct: "ada@quai.example.org",
  };
  expect(postFor(long, ENGLISH)).toBe(
    "From now on you will find me here: Mastodon: @ada@quai.example.org",
  );
  expect(postPage("a & b")).toBe("https://x.com/intent/post?text=a+%26+b");
});

test.each([
  ["ada.bsky.social", "ada.bsky.social"],
  [" @Ada.BSKY.social ", "ada.bsky.social"],
  ["https://bsky.app/profile/ada.example.org", "ada.example.org"],
  ["ada", null],
  ["ada@quai.example.org", null],
  ["", null],
])("the Bluesky address %s is read as %s", (typed, handle) => {
  expect(parseHandle(typed)).toBe(handle);
});

test.each([
  ["ada@quai.example.org", "ada@quai.example.org"],
  ["@ada@Quai.example.org", "ada@quai.example.org"],
  ["https://quai.example.org/@ada", "ada@quai.example.org"],
  ["ada", null],
  ["ada@quai", null],
  ["ada.bsky.social", null],
  ["", null],
])("the Mastodon address %s is read as %s", (typed, acct) => {
  expect(parseAcct(typed)).toBe(acct);
});
