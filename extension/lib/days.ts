// Days of the person's calendar, as "YYYY-MM-DD".

/** Parse a day as that day in local time: `new Date` alone takes it as UTC and shows the day before in the Americas. */
export function localDay(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** Return the day of a moment in local time. */
export function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(moment.getFullYear())}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Return the day that lies so many days before that of a moment. */
export function dayBefore(moment: Date, days: number): string {
  return dayOf(new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() - days));
}
