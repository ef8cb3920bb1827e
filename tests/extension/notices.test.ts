// lib/background/notices.ts: what there is to tell, when, and as which event.
import { expect, test } from "vitest";
import {
  type Facts,
  findNotices,
  findReminder,
  stepOf,
} from "../../extension/lib/background/notices";
import {
  catalogueOf,
  type Key,
  LANGUAGES,
  makeTranslate,
} from "../../extension/lib/i18n/i18n";
import type {
  AccountQueueView,
  DateView,
  QueueView,
} from "../../extension/lib/messages/messages.gen";
import type { Account } from "../../extension/lib/sessions";

const NOW = new Date("2026-11-20T12:00:00Z");
const AN_HOUR_AGO = "2026-11-20T11:00:00Z";
const ME = "did:plc:meeeeeeeeeeeeeeeeeeeeeee";

const NONE: Facts = {
  now: NOW,
  queue: null,
  followingSince: null,
  accounts: [],
  news: null,
  archiveAskedAt: null,
  date: null,
};

const COUNTS = {
  running: false,
  waiting: 0,
  asked: 0,
  following: 0,
  requested: 0,
  failed: 0,
  leaving: 0,
  next_at: null,
  done_at: null,
  error: null,
};

function queue(over: Partial<AccountQueueView>): QueueView {
  const own: AccountQueueView = {
    ...COUNTS,
    account: ME,
    network: "bluesky",
    is_current: true,
    ...over,
  };
  return {
    ...COUNTS,
    ...over,
    as_of: NOW.toISOString(),
    speed: "gentle",
    accounts: [own],
  };
}

function account(over: Partial<Account> = {}): Account {
  return {
    id: ME,
    network: "bluesky",
    address: "me.example.org",
    server: "https://pds.example.org",
    kind: "oauth",
    maySearch: false,
    mayClaim: false,
    mayBlock: false,
    expired: false,
    endsAt: "2026-11-23T09:00:00.000Z",
    ...over,
  };
}

const kinds = (facts: Partial<Facts>) =>
  findNotices({ ...NONE, ...facts }).map(({ kind }) => kind);

test("nothing has happened: nothing to tell", () => {
  expect(kinds({})).toEqual([]);
});

test("following that took an hour and is done", () => {
  const done = queue({ following: 60, requested: 2 });
  const [notice] = findNotices({
    ...NONE,
    queue: done,
    followingSince: AN_HOUR_AGO,
  });
  expect(notice?.kind).toBe("queue_finished");
  expect(notice?.values).toEqual({ count: 62 });
});

test("following that goes on, that was short, or that was never begun is not told", () => {
  expect(
    kinds({ queue: queue({ waiting: 1 }), followingSince: AN_HOUR_AGO }),
  ).toEqual([]);
  expect(
    kinds({
      queue: queue({ following: 1 }),
      followingSince: "2026-11-20T11:59:30Z",
    }),
  ).toEqual([]);
  expect(kinds({ queue: queue({ following: 1 }) })).toEqual([]);
});

test("a session that ends soon or has ended is told while people wait for it, each once", () => {
  const waiting = queue({ waiting: 12, asked: 1 });
  const ending = findNotices({
    ...NONE,
    queue: waiting,
    accounts: [account()],
  });
  expect(ending.map(({ kind }) => kind)).toEqual(["session_ends"]);
  const ended = findNotices({
    ...NONE,
    queue: waiting,
    accounts: [account({ expired: true })],
  });
  expect(ended.map(({ kind, values }) => [kind, values])).toEqual([
    ["session_ended", { count: 13 }],
  ]);
  expect(ended[0]?.event).not.toBe(ending[0]?.event);
  const again = account({ endsAt: "2026-12-24T09:00:00.000Z" });
  expect(kinds({ queue: waiting, accounts: [again] })).toEqual([]);
});

test("a session that ends while no one waits is not told", () => {
  const accounts = [
    account(),
    account({ id: "ada@quai.example.org", expired: true }),
  ];
  expect(kinds({ queue: queue({ following: 3 }), accounts })).toEqual([]);
  expect(kinds({ accounts })).toEqual([]);
});

test("newcomers of this sync are told; none, and those of last week, are not", () => {
  const news = { at: AN_HOUR_AGO, count: 3, followed: 0 };
  expect(kinds({ news })).toEqual(["newcomers"]);
  expect(kinds({ news: { ...news, count: 0 } })).toEqual([]);
  expect(kinds({ news: { ...news, at: "2026-11-13T11:00:00+00:00" } })).toEqual(
    [],
  );
});

test("newcomers who are followed by standing approval are told as such", () => {
  const news = { at: AN_HOUR_AGO, count: 3, followed: 2 };
  expect(findNotices({ ...NONE, news })[0]?.key).toBe(
    "notice.newcomers_followed",
  );
});

// Three days from NOW, in the time zone of the tests.
const DAY = 86_400_000;
const OPENS = new Date(2026, 10, 23).getTime();
const at = (moment: number) => new Date(moment).toISOString();

function date(over: Partial<DateView> = {}): DateView {
  return {
    day: "2026-11-23",
    opens_at: at(OPENS),
    starts_at: at(OPENS + DAY / 8),
    closes_at: at(OPENS + DAY),
    lapses_at: at(OPENS + 30 * DAY),
    delay: 10_800,
    approved_at: AN_HOUR_AGO,
    people: 142,
    campaign_id: null,
    starts: [],
    steps: [
      { step: "people", is_done: true, is_optional: false },
      { step: "bluesky", is_done: true, is_optional: false },
      { step: "badges", is_done: false, is_optional: true },
    ],
    known: null,
    ...over,
  };
}
const told = (facts: Partial<Facts>) =>
  findNotices({ ...NONE, ...facts }).map(({ key }) => key);

test("before a date, a session that ends soon or has ended is told though no one waits", () => {
  const accounts = [account()];
  expect(told({ accounts, date: date() })).toEqual([
    "notice.session_ends_date",
  ]);
  expect(
    told({ accounts: [account({ expired: true })], date: date() }),
  ).toEqual(["notice.session_ended_date"]);
  const fresh = [account({ endsAt: "2026-12-03T09:00:00.000Z" })];
  expect(told({ accounts: fresh, date: date() })).toEqual([]);
  const started = date({
    starts: [{ network: "bluesky", at: AN_HOUR_AGO, is_final: true }],
  });
  expect(told({ accounts, date: started })).toEqual(["notice.date_started"]);
});

test("on the day before, it is told whether something is left to do, and only then", () => {
  const accounts = [account({ endsAt: null, kind: "app-password" })];
  const tomorrow = { now: new Date(OPENS - DAY / 2), accounts };
  expect(told({ ...tomorrow, date: date() })).toEqual(["notice.date_tomorrow"]);
  expect(told({ ...tomorrow, accounts: [], date: date() })).toEqual([
    "notice.date_tomorrow_left",
  ]);
  const ends = [account({ endsAt: at(OPENS + DAY / 2) })];
  expect(told({ ...tomorrow, accounts: ends, date: date() })).toContain(
    "notice.date_tomorrow_sign_in",
  );
  const early = { now: new Date(OPENS - 2 * DAY), accounts, date: date() };
  expect(told(early)).toEqual([]);
});

test("a date that has come and waits for a sign-in is told, and one that has begun", () => {
  const now = new Date(OPENS + DAY / 2);
  expect(told({ now, date: date() })).toEqual(["notice.date_waits"]);
  const lapsed = new Date(OPENS + 30 * DAY);
  expect(told({ now: lapsed, date: date() })).toEqual([]);
  const starts = [
    { network: "bluesky" as const, at: at(OPENS + DAY / 4), is_final: false },
  ];
  expect(told({ now, date: date({ starts }) })).toEqual([
    "notice.date_started",
  ]);
});

test("the toolbar reminds of a date, and of nothing without one", () => {
  const accounts = [account({ expired: true })];
  expect(findReminder({ ...NONE, accounts, date: date() })?.kind).toBe(
    "session_ended",
  );
  const waiting = queue({ waiting: 2 });
  expect(findReminder({ ...NONE, accounts, queue: waiting })).toBeNull();
});

test("the archive is told a day after it was asked for", () => {
  expect(kinds({ archiveAskedAt: "2026-11-19T11:59:00Z" })).toEqual([
    "archive",
  ]);
  expect(kinds({ archiveAskedAt: AN_HOUR_AGO })).toEqual([]);
});

test("a click opens a page of ours for each kind, and nothing for another's notification", () => {
  expect(stepOf("newcomers")).toBe("new");
  expect(stepOf("archive")).toBe("drop");
  expect(stepOf("constructor")).toBeNull();
});

test.each(LANGUAGES)(
  "no notice has room for a name or an address, in %s",
  (language) => {
    const keys = Object.keys(catalogueOf(language)).filter((key) =>
      key.startsWith("notice."),
    ) as Key[];
    const values = { count: 3, followed: 2, date: NOW, day: NOW };
    expect(keys.length).toBe(13);
    for (const key of keys)
      expect(makeTranslate(language)(key, values)).not.toMatch(/[{}@]/u);
  },
);
