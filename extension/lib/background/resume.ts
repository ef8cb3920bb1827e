// Resumes following after a closed browser, a crash, or a server that asked to wait: an alarm checks the stored queue.
import { browser } from "wxt/browser";
import { type Engine, makeEngine } from "../engine/client";
import type { QueueView } from "../messages/messages.gen";
import { NEEDS_SIGN_IN } from "../sessions";
import { readState } from "../engine/stores";
import { wakeEngine } from "./engine-host";

export const QUEUE_ALARM = "queue.look";
/** Minutes after which an unfinished queue is checked. */
const CHECK_EVERY = 1;
/** Milliseconds: no alarm is set further ahead. A later one was set by a clock that was ahead, and is set anew. */
const LONGEST_ALARM = 3_600_000;

/** Check again soon; called whenever the engine is woken, since only a woken engine can start to follow. */
export async function scheduleQueueCheck(): Promise<void> {
  const alarm = await browser.alarms.get(QUEUE_ALARM);
  if (!alarm || alarm.scheduledTime > Date.now() + LONGEST_ALARM) {
    await browser.alarms.create(QUEUE_ALARM, { delayInMinutes: CHECK_EVERY });
  }
}

/** Resume each account's queue that should be running and whose time has come; `follow.resume` only ends a wait. */
export async function checkQueue(): Promise<void> {
  const queue = await readState("queue");
  const running = queue?.accounts.filter((account) => account.running) ?? [];
  if (!queue || running.length === 0) return;
  const now = Date.now();
  const waits = running.map((account) => waitOf({ ...account, as_of: queue.as_of }, now));
  const wait = Math.min(...waits);
  if (wait > 0) {
    await browser.alarms.create(QUEUE_ALARM, { when: now + Math.min(wait, LONGEST_ALARM) });
    return;
  }
  await browser.alarms.create(QUEUE_ALARM, { delayInMinutes: CHECK_EVERY });
  const engine = makeEngine(wakeEngine);
  try {
    for (const [at, { account }] of running.entries())
      if (waits[at] === 0) await engine.call("follow.resume", { account });
  } catch (error) {
    // The alarm is set: it will be tried again. What stopped the queue itself stands in the queue, for the pages.
    console.warn("Following was not taken up again:", error);
  } finally {
    engine.close();
  }
}

/**
 * After a sign-in: have the engine read who the account follows, for marks and counts, where there is a list to mark; then
 * resume the queue that had stopped for it. The page that asked may have closed: a popup does when the server's page opens.
 */
export async function followAfterSignIn(account: string, engine: Pick<Engine, "call">): Promise<void> {
  if (!(await readState("archive"))) return;
  const queue = (await readState("queue"))?.accounts.find((one) => one.account === account);
  await engine.call("follow.refresh", { account }).catch((error: unknown) => {
    console.warn("Who the account follows was not read:", error); // before it follows, the queue reads it again
  });
  if (NEEDS_SIGN_IN.includes(queue?.error?.code ?? "")) await engine.call("follow.resume", { account });
}

/**
 * Return for how many milliseconds after `now` the queue waits; 0 where it does not. A queue stored in the future was
 * stored by a clock that was set back since: 0, so that the engine counts its waits anew.
 */
export function waitOf(queue: Pick<QueueView, "as_of" | "next_at">, now: number): number {
  if (queue.next_at === null || Date.parse(queue.as_of) > now) return 0;
  return Math.max(0, Date.parse(queue.next_at) - now);
}
