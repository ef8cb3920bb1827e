// Goes on following after a closed browser, a crash, or a server that asked to wait: looks at the stored queue.
import { browser } from "wxt/browser";
import { makeEngine } from "../engine/client";
import type { QueueView } from "../messages/messages.gen";
import { readState } from "../engine/stores";
import { wakeEngine } from "./engine-host";

export const LOOK = "queue.look";
/** How long an unfinished queue may lie still before somebody looks at it. Alarms know minutes. */
const LOOK_EVERY = 1;

/** Look again soon; called whenever the engine is woken, since only a woken engine can start to follow. */
export async function lookSoon(): Promise<void> {
  if (!(await browser.alarms.get(LOOK))) {
    await browser.alarms.create(LOOK, { delayInMinutes: LOOK_EVERY });
  }
}

/** Resume the queue if it should be running and its time has come; `follow.resume` changes nothing in one that runs. */
export async function look(): Promise<void> {
  const queue = await readState("queue");
  if (!queue?.running) return;
  const wait = waitOf(queue, Date.now());
  if (wait > 0) {
    await browser.alarms.create(LOOK, { when: Date.now() + wait });
    return;
  }
  await browser.alarms.create(LOOK, { delayInMinutes: LOOK_EVERY });
  const engine = makeEngine(wakeEngine);
  try {
    await engine.call("follow.resume", {});
  } catch (error) {
    // The alarm is set: it will be tried again. What stopped the queue itself stands in the queue, for the pages.
    console.warn("Following was not taken up again:", error);
  } finally {
    engine.close();
  }
}

/** Give how many milliseconds after `now` a server asked us to come back; 0 when nobody did. */
export function waitOf(queue: QueueView, now: number): number {
  return queue.next_at === null ? 0 : Math.max(0, Date.parse(queue.next_at) - now);
}
