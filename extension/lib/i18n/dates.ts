// Days and moments from the engine, as Date for showing.

/** Take a day "YYYY-MM-DD" as that day here: `new Date` alone takes it as UTC and shows the day before in the Americas. */
export function localDay(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** Give a moment as people say it: the time, with the day where it is not today. */
export function clockTime(moment: Date, now: Date, locale: string): string {
  const isToday = moment.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(
    locale,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(moment);
}
