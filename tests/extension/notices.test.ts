// lib/background/notices.ts: what there is to tell, when, and as which event.
import { expect, test } from "vitest";
import {
  type Facts,
  findNotices,
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
    const values = { count: 3, followed: 2, date: NOW };
    expect(keys.length).toBe(6);
    for (const key of keys)
      expect(makeTranslate(language)(key, values)).not.toMatch(/[{}@]/u);
  },
);
