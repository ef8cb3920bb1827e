// When the date's plan starts and how far away it is, as core/passerelle/following/dates.py has it. Moments are in milliseconds. Pure.
import type { DateView } from "../messages/messages.gen";

type Network = DateView["starts"][number]["network"];
type Times = Pick<DateView, "opens_at" | "starts_at" | "lapses_at" | "starts">;

/** Return those of `networks` on which the plan starts now by itself, or may still add people. */
export function networksDue(view: Times, networks: readonly Network[], now: number): Network[] {
  if (now < Date.parse(view.starts_at) || isLapsed(view, now)) return [];
  return networks.filter((network) => !isFinal(view, network));
}

/** Return whether nothing starts by itself any more, because the date is long past. */
export function isLapsed({ lapses_at }: Pick<DateView, "lapses_at">, now: number): boolean {
  return now >= Date.parse(lapses_at);
}

/** Return whether the day has come where the person was when they chose it: the plan may be started by hand. */
export function hasCome({ opens_at }: Pick<DateView, "opens_at">, now: number): boolean {
  return now >= Date.parse(opens_at);
}

/** Return whether the plan has started on a network; without one, on any. */
export function hasStarted({ starts }: Pick<DateView, "starts">, network?: Network): boolean {
  return starts.some((one) => network === undefined || one.network === network);
}

function isFinal({ starts }: Pick<DateView, "starts">, network: Network): boolean {
  return starts.some((one) => one.network === network && one.is_final);
}

/** Return how many days lie between today, in local time, and a day "YYYY-MM-DD": 1 on the day before, below 0 after it. */
export function daysUntil(day: string, now: number): number {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const today = new Date(now);
  // Days of the calendar, so that a change of the clock in between counts for nothing.
  return (
    (Date.UTC(year, month - 1, date) - Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())) /
    86_400_000
  );
}

/** Return the networks that the plan needs a sign-in for and does not have: `usable` are those with one. */
export function missingSignIns(
  { steps, starts }: Pick<DateView, "steps" | "starts">,
  usable: readonly Network[],
): Network[] {
  return steps.flatMap(({ step }) =>
    (step === "bluesky" || step === "fediverse") && !usable.includes(step) && !hasStarted({ starts }, step)
      ? [step]
      : [],
  );
}

/** Return how many things are left to do; sign-ins as they are now, the others as of the last look. */
export function countLeft(view: Pick<DateView, "steps" | "starts">, usable: readonly Network[]): number {
  const others = view.steps.filter(
    ({ step, is_done, is_optional }) =>
      !is_done && !is_optional && step !== "bluesky" && step !== "fediverse",
  );
  return others.length + missingSignIns(view, usable).length;
}
