// What was dropped or chosen, as files with their paths.
import { expect, test } from "vitest";
import {
  carriesFiles,
  readDrop,
  readInput,
  isNoZip,
} from "../../../extension/lib/page/drop";
import vectors from "../../data/vectors/renamed.json";

type Tree = { [name: string]: File | Tree };

function fileEntry(name: string, file: File): FileSystemFileEntry {
  return {
    name,
    isFile: true,
    isDirectory: false,
    file: (resolve: (file: File) => void) => {
      resolve(file);
    },
  } as FileSystemFileEntry;
}

// Like Chromium's reader: a few at a time, then an empty list.
function folderEntry(name: string, tree: Tree): FileSystemDirectoryEntry {
  const children = Object.entries(tree).map(([child, content]) =>
    content instanceof File
      ? fileEntry(child, content)
      : folderEntry(child, content),
  );
  return folderOf(children, name);
}

function folderOf(
  children: FileSystemEntry[],
  name = "folder",
  atOnce = 2,
): FileSystemDirectoryEntry {
  const createReader = () => {
    let given = 0;
    return {
      readEntries: (resolve: (entries: FileSystemEntry[]) => void) => {
        resolve(children.slice(given, (given += atOnce)));
      },
    };
  };
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader,
  } as unknown as FileSystemDirectoryEntry;
}

function transfer(
  entries: (FileSystemEntry | null)[],
  files: File[] = [],
): DataTransfer {
  const items = entries.map((entry) => ({
    kind: "file",
    webkitGetAsEntry: () => entry,
  }));
  return { items, files, types: ["Files"] } as unknown as DataTransfer;
}

const file = (name: string) => new File(["x"], name);

test("a ZIP comes as it is", async () => {
  const zip = file("twitter.zip");
  const dropped = await readDrop(
    transfer([fileEntry("twitter.zip", zip)], [zip]),
  );
  expect(dropped).toEqual({ names: ["twitter.zip"], files: [zip] });
});

test("a file dropped on its own comes whatever it is called, so that the engine can say what is wrong", async () => {
  const picture = file("cat.jpg");
  expect((await readDrop(transfer([null], [picture]))).names).toEqual([
    "cat.jpg",
  ]);
});

test("a folder comes with the paths inside it, however many files it has", async () => {
  const data: Tree = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [
      `tweets-part${index}.js`,
      file("x"),
    ]),
  );
  const dropped = await readDrop(
    transfer([
      folderEntry("twitter-2026", { data, "Your archive.html": file("x") }),
    ]),
  );
  expect(dropped.names).toEqual(
    Object.keys(data).map((name) => `twitter-2026/data/${name}`),
  );
  expect(dropped.files).toHaveLength(9);
});

test("pictures, films and the viewer stay where they are", async () => {
  const tree: Tree = {
    data: {
      "following.js": file("x"),
      tweets_media: { "1.js": file("x"), "2.mp4": file("x") },
    },
    assets: { "runtime.js": file("x") },
  };
  expect((await readDrop(transfer([folderEntry("a", tree)]))).names).toEqual([
    "a/data/following.js",
  ]);
});

test("files that a system has renamed come from a folder, and placeholders of iCloud", async () => {
  const names = [...vectors.names, ".following.js.icloud"];
  const data: Tree = Object.fromEntries(names.map((name) => [name, file("x")]));
  const dropped = await readDrop(transfer([folderEntry("a", data)]));
  expect(dropped.names).toEqual(names.map((name) => `a/${name}`));
});

test("several archives may be dropped together", async () => {
  const old = file("old.zip");
  const dropped = await readDrop(
    transfer(
      [
        fileEntry("old.zip", old),
        folderEntry("new", { "follower.js": file("x") }),
      ],
      [old],
    ),
  );
  expect(dropped.names).toEqual(["old.zip", "new/follower.js"]);
});

test("a file that the system will not give has an error that names it", async () => {
  const gone = {
    name: "gone.js",
    isFile: true,
    file: (_: unknown, reject: () => void) => {
      reject();
    },
  } as unknown as FileSystemEntry;
  await expect(readDrop(transfer([folderOf([gone])]))).rejects.toMatchObject({
    code: "file_unreadable",
    params: { file: "gone.js" },
  });
});

test("a chosen folder keeps its paths, without pictures", () => {
  const paths = [
    "twitter/data/following.js",
    "twitter/data/tweets_media/1.js",
    "twitter/data/photo.jpg",
  ];
  const files = paths.map((path) =>
    Object.defineProperty(file("x"), "webkitRelativePath", { value: path }),
  );
  expect(readInput({ files } as unknown as HTMLInputElement).names).toEqual([
    "twitter/data/following.js",
  ]);
});

test("text dragged over the zone is no file", () => {
  expect(
    carriesFiles({ types: ["text/plain"] } as unknown as DataTransfer),
  ).toBe(false);
  expect(carriesFiles(transfer([]))).toBe(true);
});

const EMPTY_ZIP = "PK\x05\x06" + "\0".repeat(18);
const called = (name: string, ...content: string[]) => ({
  names: [name],
  files: [new File(content, name)],
});

test.each([
  ["<!doctype html><title>Log in</title>", true],
  ["", true],
  ["PK\x03\x04 cut short", false], // the engine says so
  [EMPTY_ZIP, false],
  ["#!/bin/sh\n".repeat(20_000) + EMPTY_ZIP, false], // a ZIP may stand behind something else
])(
  "what is called a ZIP and is none is known by its ends: %#",
  async (content, isWrong) => {
    expect(await isNoZip(called("twitter-archive.ZIP", content))).toBe(isWrong);
  },
);

test("only a single file that is called a ZIP is looked into", async () => {
  expect(await isNoZip(called("following.js", "window.YTD"))).toBe(false);
  const two = {
    names: ["a.zip", "b.zip"],
    files: [new File(["x"], "a.zip"), new File(["x"], "b.zip")],
  };
  expect(await isNoZip(two)).toBe(false);
});
