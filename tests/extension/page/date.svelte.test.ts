// lib/page/date.svelte.ts: choosing a date, going on after a sign-in, and saying what is left to do only where that changed.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import type { DateView } from "../../../extension/lib/messages/messages.gen";
import { LeavingDate } from "../../../extension/lib/page/date.svelte";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { engineError, makeFakeEngine } from "./fakes";

const HOUR = 3_600_000;
const inHours = (hours: number) =>
  new Date(Date.now() + hours * HOUR).toISOString();

let date: DateView | null;
let networks: "bluesky"[];

beforeEach(() => {
  fakeBrowser.reset();
  fakeBrowser.permissions.contains = () => Promise.resolve(false);
  networks = ["bluesky"];
  date = null;
});

function make(
  answers: Parameters<typeof makeFakeEngine>[0] = {},
  archive: object | null = null,
) {
  const { engine, calls } = makeFakeEngine(answers);
  const failures = new Failures();
  const leaving = new LeavingDate(
    engine,
    {
      get date() {
        return date;
      },
      archive,
    } as never,
    {
      get networks() {
        return networks;
      },
    },
    {
      current: {
        bluesky: { id: "did:plc:me", expired: false },
        fediverse: { id: "me@quai.example.org", expired: true },
      },
    } as never,
    failures,
  );
  return { leaving, calls, failures };
}

function view(over: Partial<DateView> = {}): DateView {
  return {
    starts_at: inHours(-1),
    lapses_at: inHours(700),
    starts: [],
    steps: [],
    known: null,
    ...over,
  } as unknown as DateView;
}

test("a day is approved with its midnight in local time, and what the browser knows", async () => {
  const { leaving, calls } = make();
  expect(await leaving.approve("2027-01-04")).toBe(true);
  expect(calls).toEqual([
    [
      "date.set",
      {
        day: "2027-01-04",
        opens_at: new Date(2027, 0, 4).toISOString(),
        campaign_id: null,
        known: { signed_in: ["bluesky"], notifies: false, badges: false },
      },
    ],
  ]);
});

test("a day that the engine refuses is not approved, and the reason is shown", async () => {
  const { leaving, failures } = make({
    "date.set": () => {
      throw Object.assign(new Error("no"), {
        code: "date_out_of_range",
        params: {},
      });
    },
  });
  expect(await leaving.approve("2020-01-01")).toBe(false);
  expect(failures.current?.code).toBe("date_out_of_range");
});

test("after a sign-in, what is due starts with the sessions that work; before the date nothing does", async () => {
  const { leaving, calls } = make();
  await leaving.goOn();
  date = view({ starts_at: inHours(1) });
  await leaving.goOn();
  expect(calls).toEqual([]);
  date = view();
  await leaving.goOn();
  expect(calls).toEqual([["watch.sync", { accounts: ["did:plc:me"] }]]);
});

test("a directory out of reach is no error that a person has to read", async () => {
  vi.spyOn(console, "warn").mockReturnValue(undefined);
  const { leaving, failures } = make({
    "watch.sync": () => {
      throw new Error("no network");
    },
  });
  date = view();
  await leaving.goOn();
  expect(failures.current).toBeNull();
});

test("the engine is asked what is left only when the browser knows something new", async () => {
  const { leaving, calls } = make();
  await leaving.check(networks);
  date = view({
    known: { signed_in: ["bluesky"], notifies: false, badges: false },
  });
  await leaving.check(networks);
  expect(calls).toEqual([]);
  networks = [];
  await leaving.check(networks);
  expect(calls).toEqual([
    [
      "date.check",
      { known: { signed_in: [], notifies: false, badges: false } },
    ],
  ]);
});

test("a receipt that was asked for earlier and comes later is dropped, also after the date was withdrawn", async () => {
  const answers: ((receipt: unknown) => void)[] = [];
  const { leaving } = make(
    {
      "date.receipt": () => new Promise((resolve) => answers.push(resolve)),
    },
    {},
  );
  const [first, second] = [leaving.readReceipt("1"), leaving.readReceipt("2")];
  answers[1]?.({ followed: 2 });
  await second;
  answers[0]?.({ followed: 1 });
  await first;
  expect(leaving.receipt).toEqual({ followed: 2 });
  const third = leaving.readReceipt("3");
  await leaving.withdraw();
  answers[2]?.({ followed: 3 });
  await third;
  expect(leaving.receipt).toBeNull();
});

test("the buttons of a date wait for every command about it", async () => {
  const answers: ((value: unknown) => void)[] = [];
  const wait = () => new Promise((resolve) => answers.push(resolve));
  const { leaving } = make({ "date.begin": wait, "date.withdraw": wait });
  const [one, other] = [leaving.begin(), leaving.withdraw()];
  answers[0]?.({});
  await one;
  expect(leaving.isBusy).toBe(true);
  answers[1]?.({});
  await other;
  expect(leaving.isBusy).toBe(false);
});

test("what no press began leaves an error on the page", async () => {
  date = view();
  const { leaving, failures } = make({}, {});
  failures.show(engineError("storage_full"));
  const shown = failures.current;
  await leaving.check(networks);
  await leaving.readReceipt("1");
  expect([shown === null, failures.current]).toEqual([false, shown]);
});
