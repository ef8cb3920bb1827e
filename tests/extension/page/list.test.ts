// The list of people found: its order, its filters, what "Follow all" would follow.
import { expect, test } from "vitest";
import {
  areOnBoth,
  EVERYONE,
  parseShown,
  planned,
  replaced,
  countRejected,
  counts,
  decided,
  failed,
  find,
  mayChoose,
  nameOf,
  sorted,
  toImport,
} from "../../../extension/lib/page/list";
import type {
  CheckView,
  HintView,
  MatchView,
} from "../../../extension/lib/messages/messages.gen";
import { account, match } from "./fakes";

function hint(state: CheckView["state"] | null): HintView {
  const check = state && {
    state,
    at: "2026-11-20T12:00:00+00:00",
    did: state === "gone" ? null : "did:plc:ada",
  };
  return {
    network: "bluesky",
    address: "ada.example.org",
    url: "https://bsky.app/profile/ada.example.org",
    confidence: "explicit",
    where: "bio",
    seen: "2026-11-01",
    check,
  };
}

const ids = (matches: MatchView[]) => matches.map(({ rest_id }) => rest_id);

test("mutual people come first, then followed ones, then followers; within each the surest", () => {
  const people = [
    match("follower", { following: false, followed_by: true }),
    match("unsure", { grade: "claimed" }),
    match("sure"),
    match("mutual", { followed_by: true, grade: "imported" }),
  ];
  expect(ids(sorted(people, "en"))).toEqual([
    "mutual",
    "sure",
    "unsure",
    "follower",
  ]);
});

test("people of whom only their own profile speaks come after all others", () => {
  const named = {
    row_id: null,
    accounts: [account({ listed: false, hint: hint(null) })],
  };
  const people = [
    match("says so", { ...named, grade: "hinted", followed_by: true }),
    match("both say so", { ...named, grade: "linked", followed_by: true }),
    match("follower", { following: false, followed_by: true }),
    match("sure"),
  ];
  expect(ids(sorted(people, "en"))).toEqual([
    "sure",
    "follower",
    "both say so",
    "says so",
  ]);
});

test("an account that only a profile names may be chosen once it has been checked", () => {
  const states = [null, "gone", "found", "linked"] as const;
  expect(
    states.map((state) =>
      mayChoose(account({ listed: false, hint: hint(state) })),
    ),
  ).toEqual([false, false, true, true]);
  expect(mayChoose(account({ hint: hint(null) }))).toBe(true); // the directory has it, too
});

test("names are in the alphabet's order, people without a name last", () => {
  const people = [
    match("1", { screen_name: null }),
    match("2", { display_name: "Zoé" }),
    match("3", { display_name: "élodie" }),
    match("4", { display_name: "Emma" }),
  ];
  expect(ids(sorted(people, "fr"))).toEqual(["3", "4", "2", "1"]);
});

test("a person is called by display name, else by X name, else not at all", () => {
  expect(nameOf(match("1", { display_name: "\u202EAda" }))).toBe("Ada");
  expect(nameOf(match("1", { display_name: "\u200B" }))).toBe("name_1");
  expect(nameOf(match("1", { screen_name: null }))).toBeNull();
});

test("a filter keeps what it says", () => {
  const people = [
    match("bluesky"),
    match("fediverse", {
      followed_by: true,
      accounts: [account({ network: "fediverse", address: "ada@example.org" })],
    }),
    match("both", {
      accounts: [
        account({ state: "following" }),
        account({ network: "fediverse" }),
      ],
    }),
    match("to check", { preselected: false }),
    match("rejected", {
      preselected: false,
      accounts: [account({ rejected: true })],
    }),
    match("follower", { following: false, followed_by: true }),
    match("failed", { accounts: [account({ state: "failed" })] }),
    match("says so", {
      row_id: null,
      preselected: false,
      grade: "hinted",
      accounts: [account({ listed: false, hint: hint(null) })],
    }),
    match("found", {
      row_id: null,
      preselected: false,
      grade: "hinted",
      accounts: [account({ listed: false, hint: hint("found") })],
    }),
  ];
  expect(ids(find(people, { ...EVERYONE, filter: "bluesky" }))).toEqual([
    "bluesky",
    "both",
    "to check",
    "failed",
    "found",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "fediverse" }))).toEqual([
    "fediverse",
    "both",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "check" }))).toEqual([
    "to check",
    "found",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "hinted" }))).toEqual([
    "says so",
    "found",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "followed" }))).toEqual([
    "both",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "followers" }))).toEqual([
    "follower",
  ]);
  expect(ids(find(people, { ...EVERYONE, filter: "mutual" }))).toEqual([
    "fediverse",
  ]);
  expect(failed(people)).toEqual(["failed"]);
  expect(counts(people)).toEqual({
    all: 8,
    mutual: 1,
    bluesky: 5,
    fediverse: 2,
    check: 2,
    new: 0,
    hinted: 2,
    followed: 1,
    failed: 1,
    followers: 1,
  });
});

test("search takes names and addresses, without accents, case or @, every word", () => {
  const people = [
    match("1", { display_name: "Élodie Dupont" }),
    match("2", { accounts: [account({ address: "elodie.example.org" })] }),
  ];
  expect(
    ids(find(people, { ...EVERYONE, filter: "all", query: "elodie" })),
  ).toEqual(["1", "2"]);
  expect(
    ids(find(people, { ...EVERYONE, filter: "all", query: "DUPONT élo" })),
  ).toEqual(["1"]);
  expect(
    ids(find(people, { ...EVERYONE, filter: "all", query: "@name_2" })),
  ).toEqual(["2"]);
  expect(
    ids(find(people, { ...EVERYONE, filter: "all", query: "unknown" })),
  ).toEqual([]);
});

test("Follow all takes who is ticked on the networks signed in to and not followed yet", () => {
  const open = {
    chosen: true,
    network: "fediverse",
    address: "a@x.example.org",
  } as const;
  const accounts = [
    account({ address: "yes.example.org", chosen: true }),
    account({ address: "unticked.example.org" }),
    account({ address: "rejected.example.org", chosen: true, rejected: true }),
    account({ address: "done.example.org", chosen: true, state: "following" }),
    account(open),
  ];
  const people = [
    match("1", { accounts }),
    match("2", { accounts: [account(open)] }),
    match("3", { accounts: [account({ ...open, state: "requested" })] }),
  ];
  expect(planned(people, ["bluesky"])).toEqual({
    people: 1,
    bluesky: 1,
    fediverse: 0,
  });
  expect(planned(people, ["bluesky", "fediverse"])).toEqual({
    people: 2,
    bluesky: 1,
    fediverse: 2,
  });
});

test("there is something to prefer where a preselected person is listed on both networks", () => {
  const both = [account(), account({ network: "fediverse" })];
  const one = match("1", { accounts: both, preselected: true });
  expect(areOnBoth([one])).toBe(true);
  expect(areOnBoth([{ ...one, accounts: both.slice(1) }])).toBe(false);
  expect(areOnBoth([{ ...one, preselected: false }])).toBe(false);
});

test("a decision shows on its own account only; a rejection unticks", () => {
  const both = match("1", {
    accounts: [
      account({ chosen: true }),
      account({ network: "fediverse", chosen: true }),
    ],
  });
  const after = decided(both, {
    network: "bluesky",
    address: "ada.example.org",
    decision: "rejected",
  });
  expect(
    after.accounts.map(({ chosen, rejected }) => [chosen, rejected]),
  ).toEqual([
    [false, true],
    [true, false],
  ]);
  const undone = decided(after, {
    network: "bluesky",
    address: "ada.example.org",
    decision: "unrejected",
  });
  expect(
    undone.accounts.map(({ chosen, rejected }) => [chosen, rejected]),
  ).toEqual([
    [false, false],
    [true, false],
  ]);
});

test("a person is not found any more once each of their listed accounts is rejected", () => {
  const no = { rejected: true };
  const people = [
    match("kept"),
    match("one of two", {
      accounts: [account(no), account({ network: "fediverse" })],
    }),
    match("rejected", { accounts: [account(no)] }),
    match("both", { accounts: [account(no), account(no)] }),
    match("follower", { following: false, accounts: [account(no)] }),
    match("hinted", {
      row_id: null,
      accounts: [account({ ...no, listed: false, hint: hint(null) })],
    }),
  ];
  expect(countRejected(people)).toBe(2);
});

test("the CSV for Mastodon has the ticked accounts there, and no others", () => {
  const ada = account({
    network: "fediverse",
    address: "ada@a.org",
    chosen: true,
  });
  const bob = account({ network: "fediverse", address: "bob@b.org" });
  const people = [
    match("1", { accounts: [ada, account({ chosen: true })] }),
    match("2", { accounts: [bob] }),
  ];
  expect(toImport(people)).toEqual([ada]);
  expect(
    toImport([match("2", { accounts: [{ ...ada, rejected: true }] })]),
  ).toEqual([]);
});

test("matches that changed stay in their places, new ones come at the end, others leave", () => {
  const before = [match("1"), match("2"), match("3")];
  const now = [match("2", { grade: "claimed" }), match("4")];
  const after = replaced(before, new Set(["2", "3", "4"]), now);
  expect(ids(after)).toEqual(["1", "2", "4"]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]?.grade).toBe("claimed");
});

test("how sure a match is narrows the list", () => {
  const people = [
    match("proven"),
    match("one source", { grade: "imported" }),
    match("profile", { grade: "hinted", row_id: null }),
  ];
  const kept = (certainty: "any" | "sure" | "listed" | "profile") =>
    ids(find(people, { ...EVERYONE, certainty }));
  expect(kept("any")).toHaveLength(3);
  expect(kept("sure")).toEqual(["proven"]);
  expect(kept("listed")).toEqual(["one source"]);
  expect(kept("profile")).toEqual(["profile"]);
});

test("the list is ordered by name or by certainty where that is chosen", () => {
  const people = [
    match("1", { display_name: "Zoé", followed_by: true, grade: "imported" }),
    match("2", { display_name: "Ada", grade: "claimed" }),
    match("3", { display_name: "Emma" }),
  ];
  expect(ids(sorted(people, "fr"))).toEqual(["1", "3", "2"]);
  expect(ids(sorted(people, "fr", "name"))).toEqual(["2", "3", "1"]);
  expect(ids(sorted(people, "fr", "surest"))).toEqual(["3", "1", "2"]);
});

test("what was stored of the list is parsed; what is unknown counts as everyone", () => {
  const stored = {
    filter: "mutual",
    certainty: "sure",
    order: "name",
    query: "ada",
  };
  expect(parseShown(stored)).toEqual(stored);
  expect(parseShown(null)).toEqual(EVERYONE);
  expect(parseShown({ filter: "toString", order: 7, query: null })).toEqual(
    EVERYONE,
  );
});

test("a name in any script is found by its Latin spellings, by a part of it, and without accents", () => {
  const names = [
    "Галина Рекова",
    "しなしな",
    "Ειρήνη Αγγέλου",
    "أحمد الخيّاط",
    "नदी",
    "نور پل\u200cساز",
    "Łódzki",
    "Ada Shaw",
    "Élodie",
  ];
  const people = names.map((display_name, at) =>
    match(String(at), { display_name, screen_name: null, accounts: [] }),
  );
  const found = (query: string) =>
    find(people, { ...EVERYONE, query }).map(
      ({ display_name }) => display_name,
    );
  expect(found("galina rek")).toEqual(["Галина Рекова"]);
  expect(found("shina")).toEqual(["しなしな"]);
  expect(found("シナ")).toEqual(["しなしな"]);
  expect(found("Irini")).toEqual(["Ειρήνη Αγγέλου"]);
  expect(found("احمد الخياط")).toEqual(["أحمد الخيّاط"]);
  expect(found("नदी")).toEqual(["नदी"]);
  expect(found("پلساز")).toEqual(["نور پل\u200cساز"]);
  expect(found("lodz")).toEqual(["Łódzki"]);
  expect(found("shaw")).toEqual(["Ada Shaw"]);
  expect(found("saw")).toEqual([]); // spellings are folded only across scripts
  expect(found("elod")).toEqual(["Élodie"]);
});
