// lib/background/watch.ts: once a day the engine is asked to bring the directory up to date.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  isSyncDue,
  readShare,
  scheduleWatch,
  syncIfDue,
  WATCH_ALARM,
} from "../../extension/lib/background/watch";
import * as badges from "../../extension/lib/badge-switch";
import * as directories from "../../extension/lib/engine/stored-directories";
import * as stores from "../../extension/lib/engine/stores";
import { type Account, sessions } from "../../extension/lib/sessions";
import { makeFakeEngine } from "./page/fakes";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const checked = (checked_at: string) => ({ checked_at });

let state: Record<string, unknown>;
let files: readonly object[]; // of the directory that is here

beforeEach(() => {
  fakeBrowser.reset();
  state = {
    matches: {},
    directory: checked(new Date(Date.now() - 90_000_000).toISOString()),
  };
  files = [{}];
  vi.spyOn(directories, "readStoredDirectories").mockImplementation((() =>
    Promise.resolve([{ files }])) as never);
  vi.spyOn(badges, "badgesState").mockResolvedValue("off");
  vi.spyOn(stores, "readState").mockImplementation(((key: string) =>
    Promise.resolve(state[key] ?? null)) as never);
  vi.spyOn(sessions, "current").mockImplementation((network) =>
    Promise.resolve({
      id: network,
      network,
      expired: network === "fediverse",
    } as unknown as Account),
  );
});

test("a sync is due a day after the last request, also after one that a wrong clock dated", () => {
  expect(isSyncDue(checked("2026-11-19T12:00:00Z"), NOON)).toBe(true);
  expect(isSyncDue(checked("2026-11-19T12:00:01Z"), NOON)).toBe(false);
  expect(isSyncDue(checked("2027-11-19T12:00:00Z"), NOON)).toBe(true);
  expect(isSyncDue(checked(""), NOON)).toBe(true);
  expect(isSyncDue(null, NOON)).toBe(true);
});

test("the engine is asked with the accounts that can follow now", async () => {
  const { engine, calls } = makeFakeEngine();
  await syncIfDue(engine);
  expect(calls).toEqual([["watch.sync", { accounts: ["bluesky"] }]]);
});

const HOURS = 3_600_000;
const inHours = (hours: number) =>
  new Date(Date.now() + hours * HOURS).toISOString();
const DATE = {
  opens_at: inHours(-3),
  starts_at: inHours(-1),
  closes_at: inHours(21),
  lapses_at: inHours(700),
  starts: [] as object[],
};

test("a date whose time has come brings a sync, whatever the directory's age", async () => {
  const { engine, calls } = makeFakeEngine();
  state.directory = checked(inHours(-0.1));
  state.date = { ...DATE, starts_at: inHours(1) };
  await syncIfDue(engine);
  expect(calls).toEqual([]);
  state.date = DATE;
  await syncIfDue(engine);
  expect(calls).toEqual([["watch.sync", { accounts: ["bluesky"] }]]);
});

test("a date that has begun asks for the directory again after some hours, until it is final", async () => {
  const { engine, calls } = makeFakeEngine();
  const start = { network: "bluesky", at: inHours(-1), is_final: false };
  state.date = { ...DATE, starts: [start] };
  state.directory = checked(inHours(-1));
  await syncIfDue(engine);
  expect(calls).toEqual([]);
  state.directory = checked(inHours(-5));
  await syncIfDue(engine);
  expect(calls).toHaveLength(1);
  state.date = { ...DATE, starts: [{ ...start, is_final: true }] };
  await syncIfDue(engine);
  expect(calls).toHaveLength(1);
});

test("a date without a sign-in that works waits for one", async () => {
  const { engine, calls } = makeFakeEngine();
  vi.spyOn(sessions, "current").mockResolvedValue(null);
  state.directory = checked(inHours(-1));
  state.date = DATE;
  await syncIfDue(engine);
  expect(calls).toEqual([]);
});

test("without people to look for, or within the day, nothing is asked", async () => {
  const { engine, calls } = makeFakeEngine();
  state.directory = checked(new Date().toISOString());
  await syncIfDue(engine);
  state = { directory: null };
  await syncIfDue(engine);
  expect(calls).toEqual([]);
});

test("with badges switched on and no list, the directory is fetched: marks come from it", async () => {
  vi.spyOn(badges, "badgesState").mockResolvedValue("on");
  state = { directory: null };
  const { engine, calls } = makeFakeEngine();
  await syncIfDue(engine);
  expect(calls.map(([type]) => type)).toEqual(["watch.sync"]);
});

test("a directory whose files are missing, after a migration, is fetched at once", async () => {
  state = { matches: {}, directory: checked(new Date().toISOString()) };
  const { engine, calls } = makeFakeEngine();
  await syncIfDue(engine);
  expect(calls).toEqual([]);
  files = [];
  await syncIfDue(engine);
  expect(calls.map(([type]) => type)).toEqual(["watch.sync"]);
});

test("a failure is tried again by the next alarm", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
  const { engine } = makeFakeEngine({
    "watch.sync": () => {
      throw new Error("no network");
    },
  });
  await syncIfDue(engine);
  expect(warn).toHaveBeenCalledOnce();
});

test("the alarm is made once", async () => {
  await scheduleWatch();
  const create = vi.spyOn(fakeBrowser.alarms, "create");
  await scheduleWatch();
  expect(create).not.toHaveBeenCalled();
  expect((await fakeBrowser.alarms.get(WATCH_ALARM))?.periodInMinutes).toBe(60);
});

test("each install draws its share once, and two installs draw different ones", async () => {
  const shares: number[] = [];
  for (let install = 0; install < 20; install++) {
    fakeBrowser.reset();
    const share = await readShare();
    expect(await readShare(() => 0.999)).toBe(share);
    shares.push(share);
  }
  expect(new Set(shares).size).toBe(20);
});

test("installs that asked at one moment ask again within an hour, not all at once", async () => {
  const asked = checked("2026-11-19T12:00:00Z");
  const dueAfter = (share: number) =>
    [0, 15, 30, 45, 60].find((minutes) =>
      isSyncDue(asked, NOON + minutes * 60_000, share),
    );
  expect([0, 0.2, 0.5, 0.7, 0.99].map(dueAfter)).toEqual([0, 15, 30, 45, 60]);

  state.directory = checked(
    new Date(Date.now() - 86_400_000 - 60_000).toISOString(),
  );
  const { engine, calls } = makeFakeEngine();
  await readShare(() => 0.5);
  await syncIfDue(engine);
  expect(calls).toEqual([]);
  fakeBrowser.reset();
  await readShare(() => 0.01);
  await syncIfDue(engine);
  expect(calls).toHaveLength(1);
});

test("the first look after the start of a browser comes within a quarter of an hour, at the install's own time", async () => {
  const create = vi.spyOn(fakeBrowser.alarms, "create");
  for (const [share, delay] of [
    [0, 1],
    [0.5, 8],
  ] as const) {
    fakeBrowser.reset();
    await readShare(() => share);
    await scheduleWatch();
    expect(create).toHaveBeenLastCalledWith(
      WATCH_ALARM,
      expect.objectContaining({ delayInMinutes: delay }),
    );
  }
});
