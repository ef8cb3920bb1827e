// Once a day the engine brings the directory up to date and matches everyone again. An alarm each hour asks whether a day has passed.
// Each install waits a little longer by its own random share: those that were installed, or start, at one moment do not all ask at once.
import { browser } from "wxt/browser";
import { badgesState } from "../badge-switch";
import type { Engine } from "../engine/client";
import { readStoredDirectories } from "../engine/stored-directories";
import { readState } from "../engine/stores";
import type { DateView, DirectoryView } from "../messages/messages.gen";
import { hasStarted, networksDue } from "../rules/dates";
import { type SessionNetwork, sessions } from "../sessions";

export const WATCH_ALARM = "watch.hour";
const MINUTES = 60;
const DAY = 86_400_000; // milliseconds
const HOUR = 3_600_000;
/** Milliseconds after which the directory is asked again on the day of a date. */
const ON_THE_DAY = 4 * HOUR;
const LATEST_START = 15; // minutes after the start of the browser
const SHARE = "sync-share";

/** Return the random share of this install, from 0 to less than 1, the same for as long as it is installed. */
export async function readShare(random: () => number = Math.random): Promise<number> {
  const stored: unknown = (await browser.storage.local.get(SHARE))[SHARE];
  if (typeof stored === "number" && stored >= 0 && stored < 1) return stored;
  const share = random();
  await browser.storage.local.set({ [SHARE]: share });
  return share;
}

/** Make sure that the alarm is there: Firefox forgets alarms when it ends. */
export async function scheduleWatch(): Promise<void> {
  if (!(await browser.alarms.get(WATCH_ALARM)))
    await browser.alarms.create(WATCH_ALARM, {
      delayInMinutes: 1 + (await readShare()) * (LATEST_START - 1),
      periodInMinutes: MINUTES,
    });
}

/** Return whether a day and a `share` of an hour have passed since the directory was asked for; a moment in the future was stored by a wrong clock. */
export function isSyncDue(
  directory: Pick<DirectoryView, "checked_at"> | null,
  now: number,
  share = 0,
): boolean {
  const age = now - Date.parse(directory?.checked_at ?? "");
  return !(age >= 0 && age < DAY + share * HOUR);
}

/**
 * Return whether the plan of a date is to start on one of these networks, or, on its day, the directory is to be asked
 * again: people who are found until the day is over belong to it.
 */
export function isPlanDue(
  date: DateView | null,
  directory: Pick<DirectoryView, "checked_at"> | null,
  networks: readonly SessionNetwork[],
  now: number,
): boolean {
  const due = date ? networksDue(date, networks, now) : [];
  if (!date || due.length === 0) return false;
  if (due.some((network) => !hasStarted(date, network))) return true;
  const age = now - Date.parse(directory?.checked_at ?? "");
  return !(age >= 0 && age < ON_THE_DAY);
}

// As the engine leaves a directory of an earlier version, whose files it cannot read.
async function lacksFiles(): Promise<boolean> {
  return (await readStoredDirectories()).some(({ files }) => files.length === 0);
}

/** Bring the directory up to date, if a day has passed, its files are missing, or the date's plan is due, and someone uses it: a list of people, or badges. */
export async function syncIfDue(engine: Pick<Engine, "call">): Promise<void> {
  const isUsed = Boolean(await readState("matches")) || (await badgesState()) === "on";
  if (!isUsed) return;
  const current = await Promise.all([sessions.current("bluesky"), sessions.current("fediverse")]);
  const usable = current.flatMap((account) => (account && !account.expired ? [account] : []));
  const [directory, date] = await Promise.all([readState("directory"), readState("date")]);
  const isDue =
    isPlanDue(
      date,
      directory,
      usable.map(({ network }) => network),
      Date.now(),
    ) ||
    (await lacksFiles()) ||
    isSyncDue(directory, Date.now(), await readShare());
  if (!isDue) return;
  try {
    await engine.call("watch.sync", { accounts: usable.map(({ id }) => id) });
  } catch (error) {
    console.warn("The directory was not brought up to date:", error); // the next alarm tries again
  }
}
