// What strangers call themselves comes out harmless.
import { expect, test } from "vitest";
import {
  displayText,
  initial,
  isolate,
  partsOfAddress,
  pick,
  safeLink,
  withoutAnyInvisible,
  withoutInvisible,
  withoutIsolates,
} from "../../extension/lib/rules/text";
import vectors from "../data/vectors/invisible.json";

function charactersOf(ranges: readonly string[][]): Set<number> {
  return new Set(
    ranges.flatMap(([first = "", last = ""]) => {
      const start = parseInt(first, 16);
      return Array.from(
        { length: parseInt(last, 16) - start + 1 },
        (_, at) => start + at,
      );
    }),
  );
}

function removedBy(remove: (text: string) => string): number[] {
  const every = Array.from({ length: 0x110000 }, (_, code) => code);
  return every.filter((code) => remove(String.fromCodePoint(code)) === "");
}

test("exactly the listed characters are never shown", () => {
  expect(new Set(removedBy(withoutInvisible))).toEqual(
    charactersOf(vectors.never_shown),
  );
});

test("exactly the listed characters are not compared", () => {
  const hidden = charactersOf([
    ...vectors.never_shown,
    ...vectors.not_compared,
  ]);
  expect(new Set(removedBy(withoutAnyInvisible))).toEqual(hidden);
});

test("bidi controls, isolates and marks are taken out", () => {
  expect(displayText("a\u202Eb\u2066c\u200Fd\u061Ce")).toBe("abcde");
});

test("invisible characters are taken out", () => {
  expect(displayText("pay\u200Bpal\u00AD\uFEFF\u{E0041}")).toBe("paypal");
});

test("a name is one line", () => {
  expect(displayText(" Ada\r\n\tLovelace\u2028 ")).toBe("Ada Lovelace");
});

test("names that need joiners keep them", () => {
  expect(displayText("👩\u200D🚀")).toBe("👩\u200D🚀");
  expect(displayText("می\u200Cخواهم")).toBe("می\u200Cخواهم");
});

test("piles of accents are cut down", () => {
  expect(displayText(`Z${"\u0301".repeat(40)}o`)).toBe(
    `Z${"\u0301".repeat(4)}o`,
  );
});

test("an endless name ends", () => {
  expect(Array.from(displayText("é".repeat(5000)))).toHaveLength(80);
});

test("a name of nothing but invisible characters is no name", () => {
  expect(displayText("\u202E\u200B")).toBe("");
  expect(displayText(null)).toBe("");
});

test("the initial is the first letter, whatever comes before it", () => {
  expect(initial("✨ élodie")).toBe("É");
  expect(initial("!!!")).toBe("");
});

test("isolates come out as they went in", () => {
  expect(withoutIsolates(isolate("x"))).toBe("x");
});

test("a name always has the same colour", () => {
  expect(pick("ada", 6)).toBe(pick("ada", 6));
  expect(pick("", 6)).toBe(0);
});

test("only https becomes a link", () => {
  expect(safeLink("https://bsky.app/profile/ada")).toBe(
    "https://bsky.app/profile/ada",
  );
  for (const url of [
    "javascript:alert(1)",
    "http://a.example",
    "data:text/html,x",
    "https://user@a.example",
    "nothing",
    "",
    null,
  ]) {
    expect(safeLink(url)).toBeNull();
  }
});

test.each([
  ["ada.example.org", ["ada", ".example", ".org"]],
  ["ada@social.example.org", ["ada", "@social", ".example", ".org"]],
  ["@ada@example.org", ["@ada", "@example", ".org"]],
  ["ada", ["ada"]],
  ["", [""]],
  ["𝒶da.example", ["𝒶da", ".example"]],
])("%s breaks before its @ and dots", (address, parts) => {
  expect(partsOfAddress(address)).toEqual(parts);
  expect(partsOfAddress(address).join("")).toBe(address);
});
