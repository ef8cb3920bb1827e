// lib/sent/: every request is counted by host, day and purpose, in one place; counts are bounded, and hold nothing else.
import "fake-indexeddb/auto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toCsv } from "../../extension/lib/csv";
import { packagedFile } from "../../extension/lib/packaged";
import { countedFetch, countPage } from "../../extension/lib/sent/fetch";
import {
  clearSent,
  KEPT_DAYS,
  MAX_LINES,
  note,
  readSent,
} from "../../extension/lib/sent/log";
import { PURPOSES, purposeOfSession } from "../../extension/lib/sent/purposes";

const ROOT = join(import.meta.dirname, "..", "..");
const EXTENSION = join(ROOT, "extension");
const QUAI = new URL("https://quai.example.org/users/ada?q=ada");

const daysAgo = (days: number) => {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, 12);
};
const hosts = async () => (await readSent()).map(({ host }) => host);

beforeEach(async () => {
  await clearSent();
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}")));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const XRPC = "https://pds.example.org/xrpc/";
const API = "https://quai.example.org/api/";

test.each([
  [`${XRPC}com.atproto.repo.applyWrites`, "write"],
  [`${XRPC}com.atproto.repo.createRecord`, "write"],
  [`${XRPC}com.atproto.repo.putRecord`, "write"],
  [`${XRPC}com.atproto.repo.deleteRecord`, "write"],
  [`${XRPC}com.atproto.repo.listRecords?repo=did`, "own_follows"],
  [`${XRPC}com.atproto.repo.getRecord?repo=did`, "own_follows"],
  [`${XRPC}com.atproto.sync.getLatestCommit?did=a`, "own_follows"],
  [`${XRPC}com.atproto.sync.getRepoStatus?did=a`, "own_follows"],
  [`${XRPC}com.atproto.server.refreshSession`, "sign_in"],
  [`${XRPC}app.bsky.actor.searchActors?q=a`, "search"],
  [`${XRPC}com.atproto.repo.uploadBlob`, "write"],
  [`${API}v2/media`, "write"],
  [`${API}v1/media/1`, "write"],
  [`${API}v1/statuses`, "write"],
  [`${API}v1/accounts/1/follow`, "write"],
  [`${API}v1/accounts/1/unfollow`, "write"],
  [`${API}v1/accounts/1/following?limit=80`, "own_follows"],
  [`${API}v1/accounts/relationships?id[]=1`, "own_follows"],
  [`${API}v1/accounts/lookup?acct=a`, "people"],
  [`${API}v2/search?q=a`, "people"],
  [`${API}v1/accounts/verify_credentials`, "sign_in"],
  ["https://quai.example.org/something", "other"],
])("%s with a sign-in is %s", (url, why) => {
  expect(purposeOfSession(new URL(url), true)).toBe(why);
});

test.each([
  `${XRPC}com.atproto.server.createSession`,
  `${API}v1/apps`,
  "https://quai.example.org/.well-known/webfinger?resource=acct:a",
  "https://quai.example.org/oauth/revoke",
])("%s without a sign-in is part of signing in or out", (url) => {
  expect(purposeOfSession(new URL(url), false)).toBe("sign_in");
});

test("requests of one day to one host for one purpose are one line, stored or not", async () => {
  for (let times = 0; times < 3; times++)
    await countedFetch(QUAI, {}, "account");
  await readSent();
  await countedFetch(QUAI, {}, "account");
  await countedFetch(QUAI, {}, "picture");
  await countedFetch(new Request("https://dir.example.org/"), {}, "directory");
  const lines = await readSent();
  expect(lines.map(({ host, why, count }) => [host, why, count])).toEqual([
    ["dir.example.org", "directory", 1],
    ["quai.example.org", "account", 4],
    ["quai.example.org", "picture", 1],
  ]);
  expect(JSON.stringify(lines)).not.toContain("ada");
});

test("a request that fails is counted, and fails as before", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no route")));
  await expect(countedFetch(QUAI, {}, "account")).rejects.toThrow("no route");
  expect(await readSent()).toHaveLength(1);
});

test("the host at the end of a redirect is counted as that, whatever it is", async () => {
  const moved = new Response("{}");
  Object.defineProperties(moved, {
    redirected: { value: true },
    url: { value: "https://pbs.twimg.com/x" },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(moved));
  await countedFetch(QUAI, {}, "account");
  expect((await readSent()).map(({ host, why }) => [host, why])).toEqual([
    ["pbs.twimg.com", "redirect"],
    ["quai.example.org", "account"],
  ]);
});

test("a page opened for signing in is counted", async () => {
  countPage("https://quai.example.org/oauth/authorize?client_id=a");
  expect((await readSent()).map(({ host, why }) => [host, why])).toEqual([
    ["quai.example.org", "sign_in"],
  ]);
});

test("no request waits for the database, and none fails with it", async () => {
  const transaction = vi
    .spyOn(IDBDatabase.prototype, "transaction")
    .mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
  expect((await countedFetch(QUAI, {}, "account")).ok).toBe(true);
  await expect(readSent()).rejects.toThrow("full");
  transaction.mockRestore();
  expect((await readSent()).map(({ count }) => count)).toEqual([1]); // kept until it could be stored
});

test(`counts are kept for ${String(KEPT_DAYS)} days, today included`, async () => {
  for (const days of [0, KEPT_DAYS - 1, KEPT_DAYS, 400])
    note("quai.example.org", "account", daysAgo(days));
  expect(await readSent()).toHaveLength(2);
});

test("of too many lines the oldest go", async () => {
  note("oldest.example.org", "account", daysAgo(2));
  note("older.example.org", "account", daysAgo(1));
  await readSent();
  for (let host = 0; host < MAX_LINES - 1; host++)
    note(`h${String(host)}.example.org`, "account");
  const kept = await hosts();
  expect(kept).toHaveLength(MAX_LINES);
  expect(kept).toContain("older.example.org");
  expect(kept).not.toContain("oldest.example.org");
}, 60_000);

test("clearing also forgets what is not stored yet, here and in other contexts", async () => {
  const told: unknown[] = [];
  const other = new BroadcastChannel("passerelle-sent");
  const heard = new Promise((resolve) => {
    other.onmessage = ({ data }) => {
      told.push(data);
      resolve(null);
    };
  });
  note("quai.example.org", "account");
  await clearSent();
  expect(await readSent()).toEqual([]);
  await heard;
  expect(told).toEqual(["clear"]);

  note("quai.example.org", "account");
  other.postMessage("clear");
  await new Promise((resolve) => {
    setTimeout(resolve);
  });
  await vi.waitFor(async () => {
    expect(await readSent()).toEqual([]);
  });
  other.close();
});

test("the table cannot be a formula, and commas and quotes stay in their cell", () => {
  // Names that new URL() takes for hosts.
  const bad = new URL('https://=cmd(1),a".example.org').host;
  expect(toCsv([["host"], [bad], ["-1.example.org"], ["a\r\nb"]])).toBe(
    `\uFEFFhost\r\n"'=cmd(1),a"".example.org"\r\n'-1.example.org\r\n"a\r\nb"\r\n`,
  );
});

test("files of the package are no requests, and nothing else is such a file", async () => {
  vi.stubGlobal("location", new URL("chrome-extension://abc/app.html"));
  await expect(packagedFile("https://quai.example.org/a")).rejects.toThrow(
    "no file of this package",
  );
  expect((await packagedFile("/python/start.json")).ok).toBe(true);
  expect(await readSent()).toEqual([]);
});

test("every purpose has its sentence, also those that the core states", () => {
  const english = JSON.parse(
    readFileSync(join(EXTENSION, "locales", "en.json"), "utf8"),
  ) as object;
  const keys = Object.keys(english).filter((key) =>
    key.startsWith("sent.why_"),
  );
  expect(keys.sort()).toEqual(PURPOSES.map((why) => `sent.why_${why}`).sort());

  const transport = readFileSync(
    join(ROOT, "core", "passerelle", "transport.py"),
    "utf8",
  );
  const [, ofCore = ""] = /^Purpose = Literal\[(.*)\]$/m.exec(transport) ?? [];
  const stated = ofCore.split(", ").map((one) => one.slice(1, -1));
  expect(stated.length).toBeGreaterThan(1);
  expect(PURPOSES).toEqual(expect.arrayContaining(stated));
});

const SOURCES = ["components", "engine", "entrypoints", "lib"].flatMap(
  (folder) =>
    readdirSync(join(EXTENSION, folder), {
      recursive: true,
      encoding: "utf8",
    }).map((path) => join(folder, path)),
);

/** Return the files in which a line of code, not of comment, fits. */
function filesWith(pattern: RegExp, kinds: RegExp): string[] {
  const isCode = (line: string) => !/^\s*(?:\/\/|\*|\/\*\*|<!--)/.test(line);
  return SOURCES.filter((path) => kinds.test(path)).filter((path) =>
    readFileSync(join(EXTENSION, path), "utf8")
      .split("\n")
      .some((line) => isCode(line) && pattern.test(line)),
  );
}

test("no other code of the extension can send a request", () => {
  // Interfaces and kinds of sessions have methods of that name.
  const door =
    /^(?!\s*(?:async )?fetch\().*(?<![\w.])fetch\(|(?:globalThis|window|self)\.fetch\(|new (?:XMLHttpRequest|WebSocket|EventSource|WebTransport|RTCPeerConnection)\b|sendBeacon/;
  expect(filesWith(door, /\.(?:ts|svelte)$/).sort()).toEqual([
    join("lib", "packaged.ts"),
    join("lib", "sent", "fetch.ts"),
  ]);
  expect(filesWith(/\bimport js\b|from js\b|pyfetch/, /\.py$/)).toEqual([]);
});

test("a page for signing in is opened where it is counted", () => {
  expect(filesWith(/launchWebAuthFlow\(/, /\.(?:ts|svelte)$/)).toEqual([
    join("lib", "background", "sign-in-page.ts"),
  ]);
});

test("nothing that is shown is loaded from another host", () => {
  const foreign =
    /url\(\s*["']?(?:https?:)?\/\/|<(?:img|iframe|script|link|video|audio|source|embed|object)\b[^>]*=["'{`]*(?:https?:)?\/\//;
  expect(filesWith(foreign, /\.(?:ts|svelte|css|html)$/)).toEqual([]);
  // The pages' policy also refuses pictures whose address comes from a server: wxt.config.ts.
  const drawn = /new Image\(|createElement\("img"\)/;
  expect(filesWith(drawn, /\.(?:ts|svelte)$/).sort()).toEqual([
    join("lib", "page", "exit-picture.ts"), // an SVG of our own as a data: URL
    join("lib", "page", "picture-hash.ts"), // a data: URL
  ]);
});
