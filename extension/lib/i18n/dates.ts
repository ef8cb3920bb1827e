// Days and moments from the engine, as Date for showing.

/** Parse a day "YYYY-MM-DD" as that day in local time: `new Date` alone takes it as UTC and shows the day before in the Americas. */
export function localDay(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** Return the day of a moment in local time, as "YYYY-MM-DD". */
export function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(moment.getFullYear())}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Return a moment as people say it: the time, with the day where it is not today. */
export function clockTime(moment: Date, now: Date, locale: string): string {
  const isToday = moment.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(
    locale,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(moment);
}
