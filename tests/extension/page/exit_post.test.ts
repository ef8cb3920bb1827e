// The post after following: its length on each network, the address that opens it, and the own addresses in it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  codeOf,
  composeUrl,
  LIMITS,
  ownAddresses,
  type Place,
  PLACES,
  serverOf,
  withCode,
} from "../../../extension/lib/page/exit-post";

type Case = { about: string; text: string } & Record<Place, number>;
const VECTORS = new URL(
  "../../data/vectors/post-lengths.json",
  import.meta.url,
);
const { cases } = JSON.parse(readFileSync(VECTORS, "utf8")) as {
  cases: Case[];
};

describe("the length of a post", () => {
  test.each(cases)("$about", (one) => {
    for (const place of PLACES)
      expect(LIMITS[place].measure(one.text), place).toBe(one[place]);
  });
});

test("the text in an address comes back as it was", () => {
  const text = "100 % & #eXit + é\n引っ越し";
  for (const place of PLACES) {
    const url = new URL(composeUrl(place, text, "social.example.org"));
    expect(url.searchParams.get("text")).toBe(text);
  }
  expect(composeUrl("fediverse", "a", "social.example.org")).toBe(
    "https://social.example.org/share?text=a",
  );
});

const QUEUES = [
  { network: "bluesky", account: "did:plc:ada" },
  { network: "fediverse", account: "ada@old.example.org" },
] as const;
const NONE = { bluesky: null, fediverse: null };

test("own addresses come from sign-ins, then the own claim, then the accounts that have followed", () => {
  const claim = { handle: "ada.example.org", acct: "ada@claimed.example.org" };
  const signedIn = {
    bluesky: { address: "new.example.org" },
    fediverse: { address: "ada@new.example.org" },
  };
  expect(ownAddresses(signedIn, claim, QUEUES)).toEqual({
    bluesky: "new.example.org",
    fediverse: "@ada@new.example.org",
  });
  expect(ownAddresses(NONE, claim, QUEUES)).toEqual({
    bluesky: "ada.example.org",
    fediverse: "@ada@claimed.example.org",
  });
  const left = ownAddresses(NONE, null, QUEUES);
  expect(left).toEqual({ bluesky: null, fediverse: "@ada@old.example.org" });
  expect(serverOf(left)).toBe("old.example.org");
  expect(serverOf(ownAddresses(NONE, null, []))).toBeNull();
});

test("a post carries the code only while there is an entry", () => {
  const code = "psr-01234-56789-ABCDE-FGHJK";
  expect(codeOf({ status: "unproven", code })).toBe(code);
  expect(codeOf({ status: "proven", code })).toBe(code);
  for (const status of ["withdrawn", "withdrawing", "lost"] as const)
    expect(codeOf({ status, code })).toBeNull();
  expect(codeOf(null)).toBeNull();
  expect(withCode("Hello ", code)).toBe(`Hello\n${code}`);
  expect(withCode("Hello", null)).toBe("Hello");
});
