// What left this computer, as a page shows and saves it. Pure.
import { toCsv } from "../csv";
import { dayOf } from "../days";
import type { Sent } from "../sent/log";
import type { Purpose } from "../sent/purposes";

const COLUMNS = ["day", "host", "purpose", "why", "requests"];

/** The lines of one day. */
export interface SentDay {
  readonly day: string;
  readonly lines: readonly Sent[];
}

/** Group lines, which are in the order of their days. */
export function byDay(lines: readonly Sent[]): SentDay[] {
  const days = [...new Set(lines.map(({ day }) => day))];
  return days.map((day) => ({ day, lines: lines.filter((line) => line.day === day) }));
}

/** Return name and content of a table of all lines, each purpose also as a sentence. */
export function tableOf(
  lines: readonly Sent[],
  sentenceFor: (why: Purpose) => string,
  now = new Date(),
): { name: string; content: string } {
  const rows = lines.map(({ day, host, why, count }) => [day, host, why, sentenceFor(why), String(count)]);
  return { name: `passerelle-requests-${dayOf(now)}.csv`, content: toCsv([COLUMNS, ...rows]) };
}
