// Days and moments from the engine, as Date for showing.
export { dayOf, localDay } from "../days";

/** Return a moment as people say it: the time, with the day where it is not today. */
export function clockTime(moment: Date, now: Date, locale: string): string {
  const isToday = moment.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(
    locale,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(moment);
}
