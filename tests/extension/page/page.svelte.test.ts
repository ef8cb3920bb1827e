// lib/page/page.svelte.ts: navigation, the step one was at, opening files, saving, deleting everything.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import type { Account } from "../../../extension/lib/sessions";
import { settle } from "./fakes";
import { clear, write } from "./stores";

const calls: [string, unknown][] = [];
let answers: Record<string, () => unknown> = {};
vi.mock("../../../extension/lib/engine/client", async (importOriginal) => ({
  ...(await importOriginal()),
  engine: {
    call: async (type: string, fields: unknown) => {
      calls.push([type, fields]);
      return (await answers[type]?.()) ?? {};
    },
    events: { on: () => () => undefined },
  },
}));

const saved: string[] = [];
vi.mock("../../../extension/lib/page/platform", () => ({
  openTab: () => Promise.resolve(),
  persistStorage: () => Promise.resolve(),
}));
vi.mock("../../../extension/lib/page/save", () => ({
  saveFile: (name: string) => saved.push(name),
}));

const { Page } = await import("../../../extension/lib/page/page.svelte");
const settings = await import("../../../extension/lib/settings");
const { locale } = await import("../../../extension/lib/i18n/i18n.svelte");

const ZIP = { names: ["x.zip"], files: [new File(["PK"], "x.zip")] };
let listeners: Record<string, (event: unknown) => void> = {};
let hash = "";

beforeEach(async () => {
  fakeBrowser.reset();
  await clear();
  calls.length = 0;
  answers = {};
  listeners = {};
  hash = "";
  vi.stubGlobal("window", {
    addEventListener: (type: string, listener: (event: unknown) => void) =>
      (listeners[type] = listener),
  });
  vi.stubGlobal("location", {
    pathname: "/app.html",
    get hash() {
      return hash;
    },
  });
  vi.stubGlobal("history", {
    replaceState: (_: unknown, __: string, url: string) =>
      (hash = url.includes("#") ? url : ""),
  });
  vi.stubGlobal("document", {
    activeElement: null,
    body: {},
    querySelector: () => null,
  });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("scrollTo", () => undefined);
});

test("the address decides the view at the start and when it changes; an unknown one is home", async () => {
  hash = "#settings";
  const page = new Page();
  await page.start("tab");
  expect(page.view).toBe("settings");
  hash = "#nothing";
  listeners["hashchange"]?.({});
  expect(page.view).toBe("home");
});

test("a tab that stays open asks its clock each minute and when one comes back whether a session has ended", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "Date"] });
  try {
    const page = new Page();
    await page.start("tab");
    const ended = vi.spyOn(page.signedIn, "endBy");
    vi.advanceTimersByTime(60_000);
    listeners["focus"]?.({});
    expect(ended.mock.calls).toEqual([[page.now], [page.now]]);
  } finally {
    vi.useRealTimers();
  }
});

test("going to a view sets the address, so that a reload stays there", async () => {
  const page = new Page();
  await page.start("tab");
  page.go("settings");
  expect([page.view, hash]).toEqual(["settings", "#settings"]);
  page.go("home");
  expect([page.view, hash]).toEqual(["home", ""]);
});

test("a popup opens at the sign-in that was under way, a tab does not", async () => {
  await settings.setSignInDraft({
    network: "bluesky",
    typed: "me.exam",
    failure: null,
  });
  const [popup, tab] = [new Page(), new Page()];
  await popup.start("popup");
  hash = "";
  await tab.start("tab");
  expect([popup.view, tab.view]).toEqual(["sign-in", "home"]);
  expect(popup.signedIn.draft?.typed).toBe("me.exam");
});

test("a sign-in that joining asked for leads back there, and a later one home", async () => {
  const account = { id: "did:plc:me", network: "bluesky" } as Account;
  const page = new Page();
  await page.start("tab");
  page.showSignIn("bluesky", "join");
  await page.signInOnPage(() => Promise.resolve(account));
  expect(page.view).toBe("join");
  page.showSignIn("bluesky");
  await page.signInOnPage(() => Promise.resolve(account));
  expect(page.view).toBe("home");
  page.showSignIn("bluesky", "join");
  page.go("settings");
  await page.signInOnPage(() => Promise.resolve(account));
  expect(page.view).toBe("home");
});

test("nothing to read is said at once, without the engine", async () => {
  const page = new Page();
  await page.start("tab");
  await page.open({ names: [], files: [] });
  expect(page.failures.current?.code).toBe("not_an_x_archive");
  expect(calls).toEqual([]);
});

test("in a tab, a file that is no ZIP is refused without the engine; in a popup it is sent at once", async () => {
  const html = { names: ["x.zip"], files: [new File(["<html>"], "x.zip")] };
  const [tab, popup] = [new Page(), new Page()];
  await tab.start("tab");
  await popup.start("popup");
  await tab.open(html);
  expect([tab.failures.current?.code, calls]).toEqual(["not_a_zip", []]);
  void popup.open(html);
  expect(calls).toEqual([["archive.open", { names: ["x.zip"] }]]);
});

test("files are opened from the home view", async () => {
  const page = new Page();
  await page.start("tab");
  page.go("drop");
  await page.open(ZIP);
  expect(page.view).toBe("home");
  expect(calls).toEqual([["archive.open", { names: ["x.zip"] }]]);
});

test.each([
  ["work", { command: "archive.open", error: null }, true],
  ["work", { command: "archive.open", error: { code: "timeout" } }, false],
  ["queue", { running: true }, true],
  ["queue", { running: false }, false],
])("a stored %s of %o starts the engine: %s", async (key, view, starts) => {
  await write("state", key, view);
  const page = new Page();
  await page.start("tab");
  await page.rouse();
  expect(calls.some(([type]) => type === "engine.start")).toBe(starts);
});

test("an error that no code expected is shown", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const page = new Page();
  await page.start("tab");
  listeners["unhandledrejection"]?.({
    reason: new TypeError("x is undefined"),
  });
  expect(page.failures.current?.code).toBe("bug");
  page.failures.clear();
  listeners["error"]?.({ error: null }); // a resource that did not load
  expect(page.failures.current).toBeNull();
  listeners["error"]?.({
    error: new DOMException("full", "QuotaExceededError"),
  });
  expect(page.failures.current?.code).toBe("storage_full");
});

test("a file is saved under the name that the engine gives it", async () => {
  answers["export.make"] = () => ({
    filename: "people.csv",
    media_type: "text/csv",
    text: "a",
  });
  const page = new Page();
  await page.start("tab");
  await page.save("csv");
  expect([saved, page.saved]).toEqual([["people.csv"], "people.csv"]);
});

test("deleting everything is asked of the background, and a failure is not shown as success", async () => {
  const page = new Page();
  await page.start("tab");
  await page.setLanguage("fr");
  const asked: unknown[] = [];
  let answer: object = { error: { code: "engine_died", params: {} } };
  fakeBrowser.runtime.onMessage.addListener((message: unknown) => {
    asked.push(message);
    return Promise.resolve(answer);
  });
  await page.deleteAll();
  expect([page.deleted, page.failures.current?.code]).toEqual([
    false,
    "engine_died",
  ]);
  answer = {};
  await page.deleteAll();
  expect([page.deleted, locale.setting]).toEqual([true, "auto"]);
  expect(asked).toEqual([
    { type: "data.delete-all" },
    { type: "data.delete-all" },
  ]);
});

test("of two languages chosen one after another the later one stays, also where word of the earlier one comes late", async () => {
  const page = new Page();
  await page.start("tab");
  const first = page.setLanguage("fr");
  await page.setLanguage("de");
  const shown = [locale.setting];
  const change = { language: { oldValue: "en", newValue: "fr" } };
  await fakeBrowser.storage.onChanged.trigger(change, "local");
  await Promise.all([first, settle()]);
  shown.push(locale.setting);
  await page.setLanguage("auto");
  expect(shown).toEqual(["de", "de"]);
});
