// lib/background/notify.ts: each event is shown once, only where that is allowed, and a click opens its page.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  listenForNotices,
  tellNotices,
} from "../../extension/lib/background/notify";
import * as stores from "../../extension/lib/engine/stores";
import type { NewsView } from "../../extension/lib/messages/messages.gen";
import { sessions } from "../../extension/lib/sessions";

const NOW = new Date("2026-11-20T12:00:00Z");

vi.stubGlobal("navigator", { languages: ["en"] });

let news: NewsView | null;
let queue: object | null;
let isAllowed: boolean;
let shown: [id: string, options: { message: string }][];

beforeEach(() => {
  fakeBrowser.reset();
  news = null;
  queue = null;
  isAllowed = true;
  shown = [];
  fakeBrowser.permissions.contains = () => Promise.resolve(isAllowed);
  vi.spyOn(fakeBrowser.notifications, "create").mockImplementation(((
    id: string,
    options: { message: string },
  ) => {
    shown.push([id, options]);
    return Promise.resolve(id);
  }) as never);
  vi.spyOn(fakeBrowser.runtime, "getURL").mockImplementation(
    (path: string) => `chrome-extension://ours${path}`,
  );
  vi.spyOn(sessions, "list").mockResolvedValue([]);
  vi.spyOn(stores, "readState").mockImplementation(((
    key: "news" | "queue" | "other",
  ) => Promise.resolve({ news, queue, other: null }[key])) as never);
});

test("news is shown once, and the next news again", async () => {
  news = { at: "2026-11-20T11:00:00Z", count: 3, followed: 0 };
  await tellNotices(NOW);
  await tellNotices(NOW);
  expect(shown.map(([id]) => id)).toEqual(["newcomers"]);
  expect(shown[0]?.[1].message).toContain("3");
  news = { at: "2026-11-20T11:30:00Z", count: 1, followed: 0 };
  await tellNotices(NOW);
  expect(shown.length).toBe(2);
});

test("two checks at the same time show it once", async () => {
  news = { at: "2026-11-20T11:00:00Z", count: 3, followed: 0 };
  await Promise.all([tellNotices(NOW), tellNotices(NOW)]);
  expect(shown.length).toBe(1);
});

test("the end of following is shown once, and the end of the next following again", async () => {
  const counts = { asked: 0, requested: 0, accounts: [] };
  const follow = async (start: string, end: string) => {
    queue = { ...counts, waiting: 5, following: 0 };
    await tellNotices(new Date(start));
    queue = { ...counts, waiting: 0, following: 5 };
    await tellNotices(new Date(end));
    await tellNotices(new Date(end));
  };
  await follow("2026-11-20T12:00:00Z", "2026-11-20T12:40:00Z");
  expect(shown.map(([id]) => id)).toEqual(["queue_finished"]);
  await follow("2026-11-20T13:00:00Z", "2026-11-20T13:00:20Z"); // seen by the person
  expect(shown.length).toBe(1);
  await follow("2026-11-20T14:00:00Z", "2026-11-20T14:40:00Z");
  expect(shown.length).toBe(2);
});

test("what was not allowed is shown when it is allowed and still true", async () => {
  news = { at: "2026-11-20T11:00:00Z", count: 3, followed: 0 };
  isAllowed = false;
  await tellNotices(NOW);
  expect(shown).toEqual([]);
  isAllowed = true;
  await tellNotices(NOW);
  expect(shown.length).toBe(1);
});

test("a click opens the page of its notification in a tab", async () => {
  const create = vi
    .spyOn(fakeBrowser.tabs, "create")
    .mockResolvedValue({} as never);
  let click: (id: string) => void = () => undefined;
  Object.assign(fakeBrowser.notifications, {
    onClicked: {
      hasListener: () => false,
      addListener: (listener: (id: string) => void) => (click = listener),
    },
  });
  Object.assign(fakeBrowser.permissions, {
    onAdded: { addListener: () => undefined },
  });
  listenForNotices();
  click("newcomers");
  expect(create).toHaveBeenCalledWith({
    url: "chrome-extension://ours/app.html#new",
  });
});
