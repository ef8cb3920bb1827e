// Once a day the engine brings the directory up to date and matches everyone again. An alarm each hour asks whether a day has passed.
import { browser } from "wxt/browser";
import { badgesState } from "../badge-switch";
import type { Engine } from "../engine/client";
import { readStoredDirectories } from "../engine/stored-directories";
import { readState } from "../engine/stores";
import type { DirectoryView } from "../messages/messages.gen";
import { sessions } from "../sessions";

export const WATCH_ALARM = "watch.hour";
const MINUTES = 60;
const DAY = 86_400_000; // milliseconds

/** Make sure that the alarm is there: Firefox forgets alarms when it ends. */
export async function scheduleWatch(): Promise<void> {
  if (!(await browser.alarms.get(WATCH_ALARM)))
    await browser.alarms.create(WATCH_ALARM, { delayInMinutes: 1, periodInMinutes: MINUTES });
}

/** Return whether a day has passed since the directory was asked for; a moment in the future was stored by a wrong clock. */
export function isSyncDue(directory: Pick<DirectoryView, "checked_at"> | null, now: number): boolean {
  const age = now - Date.parse(directory?.checked_at ?? "");
  return !(age >= 0 && age < DAY);
}

// As the engine leaves a directory of an earlier version, whose files it cannot read.
async function lacksFiles(): Promise<boolean> {
  return (await readStoredDirectories()).some(({ files }) => files.length === 0);
}

/** Bring the directory up to date, if a day has passed or its files are missing, and someone uses it: a list of people, or badges. */
export async function syncIfDue(engine: Pick<Engine, "call">): Promise<void> {
  const isUsed = Boolean(await readState("matches")) || (await badgesState()) === "on";
  if (!isUsed || !((await lacksFiles()) || isSyncDue(await readState("directory"), Date.now()))) return;
  const current = await Promise.all([sessions.current("bluesky"), sessions.current("fediverse")]);
  const accounts = current.flatMap((account) => (account && !account.expired ? [account.id] : []));
  try {
    await engine.call("watch.sync", { accounts });
  } catch (error) {
    console.warn("The directory was not brought up to date:", error); // the next alarm tries again
  }
}
