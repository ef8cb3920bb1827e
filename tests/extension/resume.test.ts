// After a closed browser or a crash: an unfinished queue is taken up again, at the time the server asked for.
import { expect, test } from "vitest";
import { waitOf } from "../../extension/lib/background/resume";
import type { QueueView } from "../../extension/lib/messages/messages.gen";

const QUEUE: QueueView = {
  account: "did:plc:ada",
  running: true,
  waiting: 3,
  asked: 0,
  following: 2,
  failed: 0,
  next_at: null,
  error: null,
};
const NOON = Date.parse("2026-11-20T12:00:00Z");

test("nobody asked to wait: at once", () => {
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
