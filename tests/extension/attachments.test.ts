// Names of dropped files become paths that cannot lead out of their folder, nor hide one another.
import { expect, test } from "vitest";
import { place } from "../../extension/engine/attachments";

test("relative paths of a folder are kept", () => {
  expect(place(["twitter-2024/data/following.js", "twitter-2024/data/account.js"])).toEqual([
    "twitter-2024/data/following.js",
    "twitter-2024/data/account.js",
  ]);
});

test("no name leads out of the folder", () => {
  expect(place(["../../etc/passwd", "/etc/shadow", "a/./b/../c.js", "..\\..\\win.ini"])).toEqual([
    "etc/passwd",
    "etc/shadow",
    "a/b/c.js",
    "win.ini",
  ]);
});

test("a name of nothing but dots still is a file", () => {
  expect(place(["..", ""])).toEqual(["file", "1/file"]);
});

test("two files of the same name both stay", () => {
  expect(place(["following.js", "following.js"])).toEqual(["following.js", "1/following.js"]);
});

test("names that JavaScript objects bear themselves are renamed", () => {
  expect(place(["__proto__/polluted.js", "constructor"])).toEqual(["___proto__/polluted.js", "_constructor"]);
});
