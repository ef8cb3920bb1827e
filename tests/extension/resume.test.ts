// After a closed browser or a crash: an unfinished queue is taken up again, at the time the server asked for.
import { afterEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing";
import {
  followAfterSignIn,
  QUEUE_ALARM,
  scheduleQueueCheck,
  waitOf,
} from "../../extension/lib/background/resume";
import * as stores from "../../extension/lib/engine/stores";
import type { QueueView } from "../../extension/lib/messages/messages.gen";
import { makeFakeEngine } from "./page/fakes";

const QUEUE: Pick<QueueView, "as_of" | "next_at"> = {
  as_of: "2026-11-20T08:59:00+00:00",
  next_at: null,
};
afterEach(() => {
  vi.restoreAllMocks();
});

const NOON = Date.parse("2026-11-20T12:00:00Z");

test("without a request to wait: at once", () => {
  expect(waitOf(QUEUE, NOON)).toBe(0);
});

test("a server asked to wait: until then", () => {
  expect(waitOf({ ...QUEUE, next_at: "2026-11-20T12:30:00+00:00" }, NOON)).toBe(
    30 * 60_000,
  );
});

test("the time has passed while the browser was closed: at once", () => {
  expect(waitOf({ ...QUEUE, next_at: "2026-11-20T09:00:00Z" }, NOON)).toBe(0);
});

test("the clock was a year ahead and is right again: at once", () => {
  const ahead = {
    ...QUEUE,
    as_of: "2027-11-20T11:00:00Z",
    next_at: "2027-11-20T11:05:00Z",
  };
  expect(waitOf(ahead, NOON)).toBe(0);
});

test("an alarm that a clock set too far ahead is set anew, others stay", async () => {
  const create = vi.spyOn(fakeBrowser.alarms, "create").mockResolvedValue();
  const get = vi.spyOn(fakeBrowser.alarms, "get");
  get.mockResolvedValue({
    name: QUEUE_ALARM,
    scheduledTime: Date.now() + 365 * 86_400_000,
  });
  await scheduleQueueCheck();
  expect(create).toHaveBeenCalledWith(QUEUE_ALARM, { delayInMinutes: 1 });
  create.mockClear();
  get.mockResolvedValue({
    name: QUEUE_ALARM,
    scheduledTime: Date.now() + 60_000,
  });
  await scheduleQueueCheck();
  expect(create).not.toHaveBeenCalled();
});

const ME = "did:plc:mememememememememememeeme";

function storing(state: Record<string, unknown>): void {
  vi.spyOn(stores, "readState").mockImplementation(((key: string) =>
    Promise.resolve(state[key] ?? null)) as never);
}

const stoppedFor = (code: string) => ({
  archive: {},
  queue: { accounts: [{ account: ME, error: { code } }] },
});

test("after a sign-in: who the account follows is read, and a queue that had stopped for it goes on", async () => {
  const { engine, calls } = makeFakeEngine();
  storing(stoppedFor("session_expired"));
  await followAfterSignIn(ME, engine);
  expect(calls).toEqual([
    ["follow.refresh", { account: ME }],
    ["follow.resume", { account: ME }],
  ]);
});

test("after a sign-in: a queue that stopped for something else does not go on", async () => {
  const { engine, calls } = makeFakeEngine();
  storing(stoppedFor("own_account_suspended"));
  await followAfterSignIn(ME, engine);
  expect(calls).toEqual([["follow.refresh", { account: ME }]]);
});

test("after a sign-in without an archive: nothing is asked", async () => {
  const { engine, calls } = makeFakeEngine();
  storing({});
  await followAfterSignIn(ME, engine);
  expect(calls).toEqual([]);
});

test("after a sign-in: a queue goes on even where the list cannot be read now", async () => {
  const { engine, calls } = makeFakeEngine({
    "follow.refresh": () => Promise.reject(new Error("no answer")),
  });
  vi.spyOn(console, "warn").mockReturnValue(undefined);
  storing(stoppedFor("session_expired"));
  await followAfterSignIn(ME, engine);
  expect(calls.map(([type]) => type)).toEqual([
    "follow.refresh",
    "follow.resume",
  ]);
});
