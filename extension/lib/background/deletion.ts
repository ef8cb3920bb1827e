// Deletes everything that Passerelle stored. The background does it, so that a popup that closes cannot leave half of it.
import { browser } from "wxt/browser";
import { makeSerializer } from "../async";
import { keepAlive } from "./keep-alive";

/** In `storage.local` from the click until everything is gone: a browser that ends meanwhile goes on at its next start. */
const DELETING = "deleting-everything";

/** What is to be deleted, in this order; the sessions are gone before anything else is waited for. */
export interface Deletions {
  readonly sessions: () => Promise<unknown>;
  readonly badges: () => Promise<unknown>;
  readonly notifications: () => Promise<unknown>;
  readonly seen: () => Promise<unknown>;
  /** The counts of what was sent; once more at the end, since sessions that end send something. */
  readonly sent: () => Promise<unknown>;
  readonly engine: () => Promise<unknown>;
  readonly settings: () => Promise<unknown>;
}

/** Make the two commands: delete everything, and go on with what an ended browser left. */
export function makeDeletion({ sessions, badges, notifications, seen, engine, sent, settings }: Deletions) {
  const inOrder = makeSerializer();

  // One failure must not spare the rest; `settings` removes the mark, so the person decides whether to try again.
  async function run(): Promise<void> {
    const ended = Promise.allSettled([sessions()]);
    const results: PromiseSettledResult<unknown>[] = [];
    for (const step of [badges, notifications, seen, engine, sent, settings])
      results.push(...(await Promise.allSettled([step()])));
    results.push(...(await ended), ...(await Promise.allSettled([sent()])));
    const failed = results.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  return {
    deleteAll: (): Promise<void> =>
      inOrder(async () => {
        await browser.storage.local.set({ [DELETING]: true });
        await keepAlive(run);
      }),
    resume: (): Promise<void> =>
      inOrder(async () => {
        if ((await browser.storage.local.get(DELETING))[DELETING] === true) await keepAlive(run);
      }),
  };
}
