// How long something takes, as people say it: rounded, in one unit.
import type { Translate } from "./i18n";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Return a duration in words: "40 minutes", "2 hours", "3 days"; rounded up, so that it is not too short. */
export function duration(seconds: number, t: Translate): string {
  if (seconds <= 10 * MINUTE) return t("time.minutes", { count: Math.max(1, Math.ceil(seconds / MINUTE)) });
  if (seconds <= 90 * MINUTE) return t("time.minutes", { count: Math.ceil(seconds / (5 * MINUTE)) * 5 });
  if (seconds <= 36 * HOUR) return t("time.hours", { count: Math.ceil(seconds / HOUR) });
  return t("time.days", { count: Math.ceil(seconds / DAY) });
}
