// The picture: words as large as they fit, never wider or lower than their room, in the direction of their language.
import { expect, test } from "vitest";
import {
  HEIGHT,
  layOut,
  makeSvg,
  type PictureWords,
  WIDTH,
  wrap,
} from "../../../extension/lib/page/exit-picture";

const MARGIN = 80;
const FULL_WIDTH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
// About as wide as fonts draw.
const measure = (text: string, size: number) =>
  Array.from(text).reduce(
    (sum, one) => sum + size * (FULL_WIDTH.test(one) ? 1 : 0.6),
    0,
  );
const ENGLISH: PictureWords = {
  title: "#eXit",
  sentence: "You can find me here now",
  addresses: ["ada.example.org", "@ada@social.example.org"],
  language: "en",
  direction: "ltr",
};
const LONG = `@${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example.org`;

const WORDS: Record<string, PictureWords> = {
  English: ENGLISH,
  "the longest addresses": { ...ENGLISH, addresses: [LONG, LONG] },
  Japanese: {
    ...ENGLISH,
    language: "ja",
    sentence: "これからはここで会えます。".repeat(8),
  },
  Arabic: {
    ...ENGLISH,
    language: "ar",
    direction: "rtl",
    sentence: "تجدونني الآن هنا ".repeat(20),
  },
  "one endless word": { ...ENGLISH, sentence: "w".repeat(2_000) },
};

test.each(Object.entries(WORDS))("%s stays in its room", (_, words) => {
  const lines = layOut(words, measure);
  expect(lines.length).toBeGreaterThan(0);
  for (const { text, size, y } of lines) {
    expect(measure(text, size)).toBeLessThanOrEqual(WIDTH - 2 * MARGIN);
    expect(y).toBeLessThan(HEIGHT - MARGIN);
    expect(y - size).toBeGreaterThan(0);
  }
});

test.each(Object.entries(WORDS).slice(0, -1))("%s is whole", (_, words) => {
  const drawn = layOut(words, measure).map(({ text }) => text);
  const wanted = [words.title, words.sentence, ...words.addresses];
  const bare = (texts: string[]) => texts.join("").replace(/\s/g, "");
  expect(bare(drawn)).toBe(bare(wanted));
});

test("a mark does not begin a line, and an opening one does not end it", () => {
  const ten = (text: string) => wrap(text, "en", 10, (line) => line.length);
  expect(ten("one two, (three) four")).toEqual(["one two,", "(three)", "four"]);
  expect(wrap("会えます。また", "ja", 5, (line) => line.length)).not.toContain(
    "。また",
  );
});

test("Arabic starts at the right, its addresses read from the left", () => {
  const svg = makeSvg(WORDS.Arabic ?? ENGLISH, measure);
  const right = WIDTH - MARGIN;
  expect(svg).toContain(`x="${right}"`);
  expect(svg).toMatch(/direction="rtl" text-anchor="start">تجدونني/);
  expect(svg).toMatch(/direction="ltr" text-anchor="end">ada\.example\.org/);
  expect(makeSvg(ENGLISH, measure)).not.toContain(`x="${right}"`);
});

test("what is written in an address stays text", () => {
  const svg = makeSvg({ ...ENGLISH, addresses: ['<script>"&'] }, measure);
  expect(svg).toContain("&lt;script&gt;&quot;&amp;");
  expect(svg).not.toContain("<script");
});
