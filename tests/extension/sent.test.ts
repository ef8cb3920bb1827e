// lib/sent/: every request is counted by host, day and purpose, in one place; counts are bounded, and hold nothing else.
import "fake-indexeddb/auto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { countedFetch, packagedFile } from "../../extension/lib/sent/fetch";
import {
  clearSent,
  flush,
  note,
  readSent,
  toCsv,
} from "../../extension/lib/sent/log";
import { PURPOSES, purposeOf } from "../../extension/lib/sent/purposes";

const EXTENSION = join(import.meta.dirname, "..", "..", "extension");
const DAY = 24 * 60 * 60 * 1000;

beforeEach(async () => {
  await clearSent();
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}")));
});

afterEach(() => vi.unstubAllGlobals());

test.each([
  [
    "https://dir.example.org/v1/directory/latest.json",
    "GET",
    false,
    "directory",
  ],
  [
    "https://dir.example.org/v1/directory/files/ab.jsonl.gz",
    "GET",
    false,
    "directory",
  ],
  ["https://join.example.org/v1/claims", "POST", false, "registrar"],
  [
    "https://pds.example.org/xrpc/com.atproto.repo.applyWrites",
    "POST",
    true,
    "write",
  ],
  [
    "https://pds.example.org/xrpc/com.atproto.repo.listRecords?repo=did",
    "GET",
    true,
    "own_follows",
  ],
  [
    "https://pds.example.org/xrpc/com.atproto.repo.getRecord?repo=did",
    "GET",
    false,
    "account",
  ],
  [
    "https://pds.example.org/xrpc/com.atproto.server.createSession",
    "POST",
    true,
    "sign_in",
  ],
  [
    "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles?actors=a",
    "GET",
    false,
    "people",
  ],
  [
    "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle",
    "GET",
    false,
    "account",
  ],
  ["https://plc.directory/did:plc:a", "GET", false, "account"],
  [
    "https://quai.example.org/.well-known/webfinger?resource=acct:a",
    "GET",
    false,
    "account",
  ],
  ["https://quai.example.org/users/ada", "GET", false, "account"],
  ["https://quai.example.org/api/v1/accounts/1/follow", "POST", true, "write"],
  [
    "https://quai.example.org/api/v1/accounts/1/following?limit=80",
    "GET",
    true,
    "own_follows",
  ],
  ["https://quai.example.org/oauth/token", "POST", true, "sign_in"],
  ["https://pbs.twimg.com/profile_images/1/a.jpg", "GET", false, "picture"],
  [
    "https://cdn.syndication.twimg.com/tweet-result?id=1",
    "GET",
    false,
    "x_post",
  ],
  ["https://quai.example.org/something", "POST", true, "other"],
])("%s by %s (signed: %s) is %s", (url, method, signed, why) => {
  expect(purposeOf(new URL(url), method, signed)).toBe(why);
});

test("requests of one day to one host for one purpose are one line", async () => {
  for (let times = 0; times < 3; times++)
    await countedFetch("https://dir.example.org/v1/directory/latest.json");
  await flush();
  await countedFetch("https://dir.example.org/v1/directory/latest.json");
  await countedFetch("https://quai.example.org/users/ada");
  const lines = await readSent();
  expect(lines.map(({ host, why, count }) => [host, why, count])).toEqual([
    ["dir.example.org", "directory", 4],
    ["quai.example.org", "account", 1],
  ]);
  expect(JSON.stringify(lines)).not.toContain("ada");
});

test("a request that fails is counted, and fails as before", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no route")));
  await expect(countedFetch("https://quai.example.org/a")).rejects.toThrow(
    "no route",
  );
  expect(await readSent()).toHaveLength(1);
});

test("the host at the end of a redirect is counted, too", async () => {
  const moved = Object.assign(new Response("{}"), {});
  Object.defineProperties(moved, {
    redirected: { value: true },
    url: { value: "https://end.example.org/x" },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(moved));
  await countedFetch("https://quai.example.org/.well-known/webfinger");
  expect((await readSent()).map(({ host }) => host)).toEqual([
    "end.example.org",
    "quai.example.org",
  ]);
});

test("no request waits for the database", async () => {
  vi.stubGlobal("indexedDB", undefined);
  const response = await countedFetch("https://quai.example.org/a");
  expect(response.ok).toBe(true);
});

test("counts are kept for 90 days", async () => {
  const now = Date.now();
  for (const days of [0, 89, 91, 400])
    note("quai.example.org", "account", new Date(now - days * DAY));
  expect(await readSent()).toHaveLength(2);
});

test("the oldest lines go where there are too many", async () => {
  const now = Date.now();
  note("oldest.example.org", "account", new Date(now - 2 * DAY));
  for (let host = 0; host < 5_000; host++)
    note(`h${host}.example.org`, "account", new Date(now));
  const lines = await readSent();
  expect(lines).toHaveLength(5_000);
  expect(lines.map(({ host }) => host)).not.toContain("oldest.example.org");
});

test("clearing forgets what is not stored yet", async () => {
  note("quai.example.org", "account");
  await clearSent();
  await flush();
  expect(await readSent()).toEqual([]);
});

test("the table says day, host, purpose and number", () => {
  const line = {
    day: "2026-11-28",
    host: "quai.example.org",
    why: "account",
    count: 2,
  } as const;
  expect(toCsv([line])).toBe(
    "day,host,purpose,requests\r\n2026-11-28,quai.example.org,account,2\r\n",
  );
});

test("files of the package are no requests, and nothing else is such a file", async () => {
  vi.stubGlobal("location", {
    href: "chrome-extension://abc/app.html",
    origin: "chrome-extension://abc",
  });
  await expect(packagedFile("https://quai.example.org/a")).rejects.toThrow(
    "no file of this package",
  );
  expect(await readSent()).toEqual([]);
});

test("every purpose has its sentence", () => {
  const english = JSON.parse(
    readFileSync(join(EXTENSION, "locales", "en.json"), "utf8"),
  ) as object;
  const keys = Object.keys(english).filter((key) =>
    key.startsWith("sent.why_"),
  );
  expect(keys.sort()).toEqual(PURPOSES.map((why) => `sent.why_${why}`).sort());
});

test("no other code of the extension can send a request", () => {
  const door =
    /(?<![\w.])(?:fetch\(|new (?:XMLHttpRequest|WebSocket|EventSource|WebTransport|RTCPeerConnection)\b)|sendBeacon|(?:globalThis|window|self)\.fetch\(/;
  const files = ["components", "engine", "entrypoints", "lib"].flatMap(
    (folder) =>
      readdirSync(join(EXTENSION, folder), {
        recursive: true,
        encoding: "utf8",
      }).map((path) => join(folder, path)),
  );
  const sending = files
    .filter((path) => /\.(?:ts|svelte)$/.test(path))
    .filter((path) =>
      readFileSync(join(EXTENSION, path), "utf8")
        .split("\n")
        // Interfaces and kinds of sessions have methods of that name; comments speak of it.
        .some(
          (line) =>
            door.test(line) &&
            !/^\s*(?:\/\/|\*|\/\*\*|async fetch\(|fetch\()/.test(line),
        ),
    );
  expect(sending).toEqual([join("lib", "sent", "fetch.ts")]);
});
