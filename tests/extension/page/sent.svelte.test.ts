// lib/page/sent.svelte.ts: a read that began before the list was cleared shows nothing of it afterwards.
import { expect, test, vi } from "vitest";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { SentLog } from "../../../extension/lib/page/sent.svelte";
import type { Sent } from "../../../extension/lib/sent/log";
import { settle } from "./fakes";

const log = vi.hoisted(() => ({
  lines: [{}] as unknown[],
  slow: () => undefined as void,
}));
vi.mock("../../../extension/lib/sent/log", () => ({
  readSent: () => {
    const read = [...log.lines];
    return new Promise((resolve) => {
      const answer = () => {
        resolve(read);
      };
      if (read.length > 0) log.slow = answer;
      else answer();
    });
  },
  clearSent: () => {
    log.lines = [];
    return Promise.resolve();
  },
}));

test("a cleared list stays empty, also where an earlier read ends late", async () => {
  const sent = new SentLog(new Failures());
  const reading = sent.read();
  await settle();
  const clearing = sent.clear();
  await settle();
  log.slow();
  await Promise.all([reading, clearing]);
  expect(sent.all).toEqual([] satisfies Sent[]);
});
