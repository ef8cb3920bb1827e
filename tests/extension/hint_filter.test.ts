// The cheap filter before the core's parser: never a wrong no, and few wrong yeses.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isSameProfile, mayNameAccount } from "../../extension/lib/rules/hints";
import type { SeenUser } from "../../extension/lib/rules/profile";
import { processorTime } from "./processor_time";

interface Example {
  readonly id: string;
  readonly name?: string | null;
  readonly bio?: string | null;
  readonly location?: string | null;
  readonly urls?: readonly string[];
  readonly expect: readonly unknown[];
}

const read = (name: string) =>
  readFileSync(`${import.meta.dirname}/../data/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Example);
const examples = [...read("hints-english"), ...read("hints-languages")];

const profile = ({
  name,
  bio,
  location,
  urls = [],
}: Partial<Example>): SeenUser => ({
  rest_id: "1",
  screen_name: "ada",
  display_name: name ?? null,
  bio: bio ?? null,
  location: location ?? null,
  website: urls[0] ?? null,
  links: urls.slice(1).map((long) => ({ short: "https://t.co/a", long })),
});

test.each(examples.filter((example) => example.expect.length > 0))(
  "$id: it may name an account",
  (example) => {
    expect(mayNameAccount(profile(example))).toBe(true);
  },
);

test.each([
  "Lawyer, commentator, fighter for democracy. Host of a show on https://radio.example.org and every podcast app.",
  "Watch me: https://www.youtube.com/@ada, https://tiktok.com/@ada, https://medium.com/@ada/a-story",
  "Write to ada.nouvelle@gmail.com · views @MyNewspaper's",
  "東京の写真家。お仕事のご依頼はDMで。",
  "Ich arbeite bei @stadtwerke. 50/50 Technik und Politik, 24/7 müde.",
])("%s: Python does not start for it", (bio) => {
  expect(mayNameAccount(profile({ bio }))).toBe(false);
});

test("most of those invented to mislead the core are let through, ordinary people are not", () => {
  const decoys = examples.filter((example) => example.expect.length === 0);
  expect(
    decoys.filter((example) => !mayNameAccount(profile(example))).length,
  ).toBeGreaterThan(30);
});

test("an address behind X's own link is seen, hidden as it may be", () => {
  const links = [
    {
      short: "https://t.co/a1",
      long: "https://bsky.app/profile/ada.example.org",
    },
  ];
  expect(
    mayNameAccount({ ...profile({ bio: "Also: https://t.co/a1" }), links }),
  ).toBe(true);
  expect(mayNameAccount(profile({ bio: "ada．ｂｓｋｙ．social" }))).toBe(true);
  expect(
    mayNameAccount(profile({ location: "@\u200bada@\u200bquai.example.org" })),
  ).toBe(true);
});

test("it stays quick whatever a page invents", () => {
  const hostile = ["a.", "a@", "a.b/", "/", "a/", "@a.", "at a dot "].map(
    (piece) => piece.repeat(2_000 / piece.length),
  );
  const links = Array.from({ length: 20 }, (_, at) => ({
    short: `https://t.co/${String(at)}`,
    long: `https://t.co/${String(at + 1)} `.repeat(90),
  }));
  const took = processorTime(() => {
    for (const bio of hostile) mayNameAccount({ ...profile({ bio }), links });
    mayNameAccount({
      ...profile({ bio: "https://t.co/0 ".repeat(140) }),
      links,
    });
  });
  expect(took).toBeLessThan(2_000);
});

test("two observations are the same while nothing that the core reads differs", () => {
  const ada = profile({
    name: "Ada",
    bio: "Poet",
    location: "Quai",
    urls: ["https://ada.example.org"],
  });
  expect(isSameProfile(ada, { ...ada })).toBe(true);
  const others: Partial<SeenUser>[] = [
    { display_name: "Eve" },
    { bio: "Poète" },
    { location: null },
    { website: null },
    { screen_name: "eve" },
  ];
  expect(
    others.map((change) => isSameProfile(ada, { ...ada, ...change })),
  ).toEqual(others.map(() => false));
});
