// Dropped files: their names cannot lead out of their folder nor hide one another, and losing one is Python's OSError.
import type { PyodideAPI } from "pyodide";
import { expect, test } from "vitest";
import { guardReads, place } from "../../extension/engine/attachments";

test("relative paths of a folder are kept", () => {
  expect(
    place(["twitter-2024/data/following.js", "twitter-2024/data/account.js"]),
  ).toEqual(["twitter-2024/data/following.js", "twitter-2024/data/account.js"]);
});

test("no name leads out of the folder", () => {
  expect(
    place([
      "../../etc/passwd",
      "/etc/shadow",
      "a/./b/../c.js",
      "..\\..\\win.ini",
    ]),
  ).toEqual(["etc/passwd", "etc/shadow", "a/b/c.js", "win.ini"]);
});

test("a name of nothing but dots still is a file", () => {
  expect(place(["..", ""])).toEqual(["file", "1/file"]);
});

test("two files of the same name both stay", () => {
  expect(place(["following.js", "following.js"])).toEqual([
    "following.js",
    "1/following.js",
  ]);
});

test("names that JavaScript objects bear themselves are renamed", () => {
  expect(place(["__proto__/polluted.js", "constructor"])).toEqual([
    "___proto__/polluted.js",
    "_constructor",
  ]);
});

class ErrnoError extends Error {
  constructor(readonly errno: number) {
    super();
  }
}

/** The part of Pyodide in which files are read, by `read`. */
function pythonThatReads(read: () => number) {
  const stream_ops = { read };
  const FS = { filesystems: { WORKERFS: { stream_ops } }, ErrnoError };
  return { python: { FS } as unknown as PyodideAPI, stream_ops };
}

test("a file that has become unreadable is an input/output error to Python", () => {
  const { python, stream_ops } = pythonThatReads(() => {
    throw new DOMException("The file has changed.", "NotReadableError");
  });
  guardReads(python);
  expect(stream_ops.read).toThrow(expect.objectContaining({ errno: 29 }));
});

test("what is read goes through, and a mistake of our own is not taken for a lost file", () => {
  const { python, stream_ops } = pythonThatReads(() => 7);
  guardReads(python);
  expect(stream_ops.read()).toBe(7);
  const broken = pythonThatReads(() => {
    throw new TypeError("no such method");
  });
  guardReads(broken.python);
  expect(broken.stream_ops.read).toThrow(TypeError);
});
