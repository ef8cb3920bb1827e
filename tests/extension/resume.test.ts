// After a closed browser or a crash: an unfinished queue is taken up again, at the time the server asked for.
import { expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing";
import {
  QUEUE_ALARM,
  scheduleQueueCheck,
  waitOf,
} from "../../extension/lib/background/resume";
import type { QueueView } from "../../extension/lib/messages/messages.gen";

const QUEUE: Pick<QueueView, "as_of" | "next_at"> = {
  as_of: "2026-11-20T08:59:00+00:00",
  next_at: null,
};
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
