// What there is to tell a person who is not looking: one rule for each kind of notice. Pure; no notice names a person.
import type { Key, Values } from "../i18n/i18n";
import { localDay } from "../i18n/dates";
import type { DateView, NewsView, QueueView } from "../messages/messages.gen";
import { countLeft, daysUntil, hasStarted, isLapsed, missingSignIns } from "../rules/dates";
import type { Account, SessionNetwork } from "../sessions";
import { isEndingSoon } from "../sessions/ending";

/** What the rules know. Times are ISO 8601. */
export interface Facts {
  readonly now: Date;
  readonly queue: QueueView | null;
  /** Since when people wait in the queue, as first noticed; null while none do, and none did before. */
  readonly followingSince: string | null;
  readonly accounts: readonly Account[];
  readonly news: NewsView | null;
  /** When the person went to X to ask for their archive; null where none is awaited. */
  readonly archiveAskedAt: string | null;
  /** The date on which people are followed together. */
  readonly date: DateView | null;
}

/** One thing to tell. The same `event` is told once. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly event: string;
  readonly key: Key;
  readonly values: Values;
}

const MINUTE = 60_000; // milliseconds
const DAY = 1_440 * MINUTE;
/** Shorter following ends while the person looks at it. */
const LONG_FOLLOWING = MINUTE;
/** Older news is no news: notifications were just switched on, or the computer was off. */
const NEWS_FOR = 2 * DAY;
/** X makes an archive within a day or more: https://help.x.com/en/managing-your-account/how-to-download-your-x-archive */
const ARCHIVE_TAKES = DAY;

/** What a kind of notice finds to tell, and the step of the app tab that a click on it opens. */
const KINDS = {
  queue_finished: { step: "home", find: findFinished },
  session_ends: { step: "home", find: findEnding },
  session_ended: { step: "home", find: findEnded },
  date_tomorrow: { step: "date", find: findTomorrow },
  date_waits: { step: "date", find: findWaitingDate },
  date_started: { step: "date", find: findStarted },
  newcomers: { step: "new", find: findNewcomers },
  archive: { step: "drop", find: findArchive },
} as const satisfies Record<string, { step: string; find: (facts: Facts) => Found[] }>;
export type NoticeKind = keyof typeof KINDS;

type Found = Omit<Notice, "kind">;

/** Return everything there is to tell now, told before or not. */
export function findNotices(facts: Facts): Notice[] {
  return (Object.keys(KINDS) as NoticeKind[]).flatMap((kind) =>
    KINDS[kind].find(facts).map((found) => ({ kind, ...found, event: `${kind} ${found.event}` })),
  );
}

/** Return the step that a click on a notification opens, or null for one that is not ours. */
export function stepOf(kind: string): string | null {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as NoticeKind].step : null;
}

/** Return whether people wait in the queue. */
export function isFollowing(queue: QueueView | null): boolean {
  return queue !== null && queue.waiting + queue.asked > 0;
}

function findFinished({ now, queue, followingSince }: Facts): Found[] {
  if (!queue || followingSince === null || isFollowing(queue)) return [];
  if (now.getTime() - Date.parse(followingSince) < LONG_FOLLOWING) return [];
  const values = { count: queue.following + queue.requested };
  return [{ event: followingSince, key: "notice.queue_finished", values }];
}

function findEnding(facts: Facts): Found[] {
  const { now, queue, accounts } = facts;
  return accounts
    .filter((account) => isEndingSoon(account, now))
    .flatMap((account): Found[] => {
      const event = `${account.id} ${account.endsAt ?? ""}`;
      const values = { date: new Date(account.endsAt ?? 0) };
      if (countWaiting(queue, account) > 0) return [{ event, key: "notice.session_ends", values }];
      const day = awaitedDay(facts, account);
      return day ? [{ event, key: "notice.session_ends_date", values: { ...values, day } }] : [];
    });
}

function findEnded(facts: Facts): Found[] {
  const { queue, accounts } = facts;
  return accounts
    .filter((account) => account.expired)
    .flatMap((account): Found[] => {
      const event = `${account.id} ${account.endsAt ?? ""}`;
      const count = countWaiting(queue, account);
      if (count > 0) return [{ event, key: "notice.session_ended", values: { count } }];
      const day = awaitedDay(facts, account);
      return day ? [{ event, key: "notice.session_ended_date", values: { day } }] : [];
    });
}

// The day of a date that is to come and on which this account follows.
function awaitedDay({ now, date }: Facts, { network }: Account): Date | null {
  if (!date || now.getTime() >= Date.parse(date.starts_at) || hasStarted(date, network)) return null;
  return localDay(date.day);
}

function usableNetworks({ accounts }: Facts): SessionNetwork[] {
  return accounts.flatMap(({ network, expired }) => (expired ? [] : [network]));
}

function findTomorrow(facts: Facts): Found[] {
  const { now, date, accounts } = facts;
  if (!date || daysUntil(date.day, now.getTime()) !== 1) return [];
  const left = countLeft(date, usableNetworks(facts));
  const endsBefore = accounts.some(
    ({ endsAt, expired }) => !expired && endsAt !== null && Date.parse(endsAt) < Date.parse(date.closes_at),
  );
  if (left > 0) return [{ event: date.day, key: "notice.date_tomorrow_left", values: { count: left } }];
  return [
    {
      event: date.day,
      key: endsBefore ? "notice.date_tomorrow_sign_in" : "notice.date_tomorrow",
      values: {},
    },
  ];
}

function findWaitingDate(facts: Facts): Found[] {
  const { now, date } = facts;
  if (!date || now.getTime() < Date.parse(date.starts_at) || isLapsed(date, now.getTime())) return [];
  const missing = missingSignIns(date, usableNetworks(facts));
  return missing.length > 0
    ? [{ event: `${date.day} ${missing.join(" ")}`, key: "notice.date_waits", values: {} }]
    : [];
}

function findStarted({ now, date }: Facts): Found[] {
  const [first] = date?.starts ?? [];
  if (!first || now.getTime() - Date.parse(first.at) > NEWS_FOR) return [];
  return [{ event: first.at, key: "notice.date_started", values: {} }];
}

/** Kinds that ask a person to do something before or on their date. */
const REMINDERS: ReadonlySet<NoticeKind> = new Set<NoticeKind>([
  "session_ends",
  "session_ended",
  "date_tomorrow",
  "date_waits",
]);

/** Return the reminder that the toolbar shows while a date is set; null where there is none. */
export function findReminder(facts: Facts): Notice | null {
  return facts.date ? (findNotices(facts).find(({ kind }) => REMINDERS.has(kind)) ?? null) : null;
}

function countWaiting(queue: QueueView | null, { id }: Account): number {
  const own = queue?.accounts.find(({ account }) => account === id);
  return own ? own.waiting + own.asked : 0;
}

function findNewcomers({ now, news }: Facts): Found[] {
  if (!news || news.count === 0 || now.getTime() - Date.parse(news.at) > NEWS_FOR) return [];
  const { at, count, followed } = news;
  return followed > 0
    ? [{ event: at, key: "notice.newcomers_followed", values: { count, followed } }]
    : [{ event: at, key: "notice.newcomers", values: { count } }];
}

function findArchive({ now, archiveAskedAt }: Facts): Found[] {
  if (!isArchiveDue(archiveAskedAt, now)) return [];
  return [{ event: archiveAskedAt ?? "", key: "notice.archive", values: {} }];
}

/** Return whether X has had the time to make the archive that was asked for. */
export function isArchiveDue(archiveAskedAt: string | null, now: Date): boolean {
  return archiveAskedAt !== null && now.getTime() - Date.parse(archiveAskedAt) >= ARCHIVE_TAKES;
}
