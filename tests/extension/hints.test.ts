// Hints in the background: who waits for the engine, what it is given, whose profiles are worth a badge, and what may be done.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  type BadgeParts,
  makeBadgeHandlers,
} from "../../extension/lib/background/badge-handlers";
import { answerContentScript } from "../../extension/lib/background/router";
import { HintFinder, publishHints } from "../../extension/lib/background/hints";
import { makeSeen } from "../../extension/lib/background/seen";
import {
  BADGE_HINTS,
  mayKnow,
  readHintKeys,
  SortedKeys,
} from "../../extension/lib/rules/keys";
import {
  makeBadgeView,
  type Own,
} from "../../extension/lib/background/badge-view";
import type { DirectoryRow } from "../../extension/lib/rules/rows";
import { packRows } from "./directory_files";
import { EngineError } from "../../extension/lib/engine/client";
import { makeHintLookup } from "../../extension/lib/background/hint-lookup";
import { isChecked } from "../../extension/lib/rules/hints";
import { LANGUAGES, makeTranslate } from "../../extension/lib/i18n/i18n";
import type {
  CheckView,
  Commands,
  HintView,
  LookView,
  MatchView,
  ProfileHints,
} from "../../extension/lib/messages/messages.gen";
import { withoutIsolates } from "../../extension/lib/rules/text";
import {
  makeSeenStore,
  type SeenRecord,
} from "../../extension/lib/background/seen-store";
import type { SeenUser } from "../../extension/lib/rules/profile";

type Find = Commands["hint.find"]["fields"];

const person = (number: number, changes: Partial<SeenUser> = {}): SeenUser => ({
  rest_id: String(1_000 + number),
  screen_name: `crowd_${String(number)}`,
  display_name: `Crowd ${String(number)}`,
  bio: "Bridges.",
  location: null,
  website: null,
  links: [],
  ...changes,
});
const naming = (
  number: number,
  address = `crowd-${String(number)}.bsky.social`,
) => person(number, { bio: `🦋 ${address}` });
const names = (records: readonly { screen_name: string }[]) =>
  records.map(({ screen_name }) => screen_name);

const freshStore = async (max?: number) => {
  const store = makeSeenStore(max);
  await store.clear();
  return store;
};

beforeEach(() => {
  fakeBrowser.reset();
  vi.useRealTimers();
  fakeBrowser.permissions.contains = () => Promise.resolve(true);
});

// Who waits.

test("only a profile that may name an account waits, once, and again when it has changed", async () => {
  const store = await freshStore();
  await store.remember([person(1), naming(2)], "2026-11-01");
  expect(names(await store.waiting(10))).toEqual(["crowd_2"]);
  await store.settle(await store.waiting(10));
  await store.remember([naming(2)], "2026-11-02");
  expect(await store.waiting(10)).toEqual([]);
  await store.remember([naming(2, "elsewhere.bsky.social")], "2026-11-03");
  expect(names(await store.waiting(10))).toEqual(["crowd_2"]);
});

test("a profile that no longer names an account waits too: its hints have to go", async () => {
  const store = await freshStore();
  await store.remember([naming(2)], "2026-11-01");
  await store.settle(await store.waiting(10));
  await store.remember([person(2)], "2026-11-02");
  expect(names(await store.waiting(10))).toEqual(["crowd_2"]);
});

test("every new profile of a person with hints waits, even after the old one was removed", async () => {
  const store = await freshStore();
  await store.remember(
    [person(3)],
    "2026-11-01",
    (restId) => restId === "1003",
  );
  expect(names(await store.waiting(10))).toEqual(["crowd_3"]);
});

test("a profile that says less than before changes nothing", async () => {
  const store = await freshStore();
  await store.remember([naming(2)], "2026-11-01");
  await store.settle(await store.waiting(10));
  await store.remember([person(2, { bio: null })], "2026-11-02");
  expect(await store.waiting(10)).toEqual([]);
});

test("who changes while the engine looks goes on waiting", async () => {
  const store = await freshStore();
  await store.remember([naming(2)], "2026-11-01");
  const given = await store.waiting(10);
  await store.remember([naming(2, "new.bsky.social")], "2026-11-02");
  await store.settle(given);
  expect(names(await store.waiting(10))).toEqual(["crowd_2"]);
});

test("people seen before this version are looked at as well", async () => {
  await new Promise(
    (done) => (indexedDB.deleteDatabase("seen").onsuccess = done),
  );
  const request = indexedDB.open("seen", 1);
  request.onupgradeneeded = () => {
    const people = request.result.createObjectStore("people", {
      keyPath: "rest_id",
    });
    people.createIndex("seen", "seen");
    people.createIndex("name", "name");
    request.result
      .createObjectStore("members", { keyPath: "rest_id" })
      .createIndex("told", "told");
    for (const one of [person(1), naming(2)])
      people.put({
        ...one,
        seen: "2026-11-01",
        name: one.screen_name,
      } satisfies SeenRecord);
  };
  await new Promise((done) => (request.onsuccess = done));
  request.result.close();
  expect(names(await makeSeenStore().waiting(10))).toEqual(["crowd_2"]);
  expect(await makeSeenStore().all()).toHaveLength(2);
});

// What the engine is given.

async function handing(find?: (fields: Find) => Promise<unknown>) {
  const given: Find[] = [];
  const store = await freshStore();
  const take = (fields: Find) => Promise.resolve(given.push(fields));
  return { given, store, hints: new HintFinder({ store, find: find ?? take }) };
}

const settled = async (look: () => unknown) => {
  await vi.waitFor(() => {
    expect(look()).toBeTruthy();
  });
};

test("a few wait a moment, then go together, with every link where it leads", async () => {
  const { given, store, hints } = await handing();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const links = [
    {
      short: "https://t.co/abc",
      long: "https://bsky.app/profile/ada.example.org",
    },
  ];
  await store.remember(
    [
      person(1, {
        bio: "See https://t.co/abc",
        links,
        website: "https://ada.example.org",
      }),
      person(2),
    ],
    "2026-11-01",
  );
  await hints.soon();
  expect(given).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  await settled(() => given.length === 1);
  const bio = "See https://bsky.app/profile/ada.example.org";
  const urls = [
    "https://ada.example.org",
    "https://bsky.app/profile/ada.example.org",
  ];
  expect(given[0]?.people).toEqual([
    {
      rest_id: "1001",
      screen_name: "crowd_1",
      display_name: "Crowd 1",
      seen: "2026-11-01",
      bio,
      location: null,
      urls,
      picture: null,
    },
  ]);
});

test("a few go at once, many in bounded parts, and no person twice", async () => {
  const { given, store, hints } = await handing();
  await store.remember(
    Array.from({ length: 450 }, (_, at) => naming(at)),
    "2026-11-01",
  );
  await hints.soon();
  await settled(() => given.length === 3);
  expect(given.map(({ people }) => people.length)).toEqual([200, 200, 50]);
  expect(new Set(given.flatMap(({ people }) => names(people))).size).toBe(450);
  await hints.now();
  expect(given).toHaveLength(3);
});

test("scrolling without a pause does not put it off", async () => {
  const { given, store, hints } = await handing();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  for (let second = 0; second < 6; second++) {
    await store.remember([naming(second)], "2026-11-01");
    await hints.soon();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  vi.useRealTimers();
  await settled(() => given.length > 0);
});

test("a page that names new people without end is looked at now and then", async () => {
  const { given, store, hints } = await handing();
  await store.remember(
    Array.from({ length: 1_500 }, (_, at) => naming(at)),
    "2026-11-01",
  );
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  await hints.now();
  for (let flood = 0; flood < 20; flood++) await hints.soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(given).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  await settled(() => given.length === 8);
  expect(await store.waiting(10)).toEqual([]);
});

test("profiles without an address do not wake the engine", async () => {
  const { given, store, hints } = await handing();
  await store.remember(
    Array.from({ length: 450 }, (_, at) => person(at)),
    "2026-11-01",
  );
  await hints.soon();
  await hints.now();
  expect(given).toEqual([]);
});

test("where the engine fails, or the background is killed, they wait and are given again", async () => {
  vi.spyOn(console, "warn").mockReturnValue(undefined);
  const { store, hints } = await handing(() =>
    Promise.reject(new EngineError("engine_died", "gone")),
  );
  await store.remember([naming(1)], "2026-11-01");
  await hints.now();
  expect(names(await store.waiting(10))).toEqual(["crowd_1"]);

  const given: Find[] = [];
  await new HintFinder({
    store,
    find: (fields) => Promise.resolve(given.push(fields)),
  }).now();
  expect(given).toHaveLength(1);
  expect(await store.waiting(10)).toEqual([]);
});

test("people seen on a page are handed to the engine", async () => {
  const { given, store, hints } = await handing();
  const seen = makeSeen({
    store,
    learn: () => Promise.reject(new Error("no list is read here")),
    words: () => Promise.resolve(new Map()),
    known: () => Promise.resolve(new Map()),
    owner: () => Promise.resolve(null),
    keys: () => Promise.resolve(SortedKeys.of([])),
    hints: {
      has: () => Promise.resolve((restId) => restId === "1100"),
      soon: () => hints.soon(),
    },
    isAllowed: () => Promise.resolve(true),
    openTab: () => Promise.resolve(),
    locale: () => Promise.resolve(english),
    now: () => NOW,
  });
  const people = [
    ...Array.from({ length: 20 }, (_, at) => naming(at)),
    person(50),
    person(100),
  ];
  await answerContentScript(seen.handlers, {
    id,
    type: "people.seen",
    people,
    listed: null,
  });
  await settled(() => given.length === 1);
  expect(names(given[0]?.people ?? []).sort()).toEqual(
    names(people)
      .filter((name) => name !== "crowd_50")
      .sort(),
  );
});

// Whose profiles are worth a badge.

const hint = (changes: Partial<HintView> = {}): HintView => ({
  network: "bluesky",
  address: "ada.example.org",
  url: "https://bsky.app/profile/ada.example.org",
  confidence: "explicit",
  where: "bio",
  seen: "2026-11-01T12:00:00+00:00",
  check: null,
  ...changes,
});
const checked = (
  state: CheckView["state"],
  did: string | null = "did:plc:ada",
): CheckView => ({ state, at: "2026-11-19T08:00:00+00:00", did });
const profile = (
  hints: HintView[],
  changes: Partial<ProfileHints> = {},
): ProfileHints => ({
  rest_id: "1001",
  screen_name: "Ada_Nouvelle",
  display_name: "Ada Nouvelle",
  hints,
  ...changes,
});
const ada = { screenName: "ada_nouvelle", restId: null };

test("a person is found by id, or by the name seen last; the index has both", () => {
  const lookup = makeHintLookup([
    profile([hint()]),
    profile([hint({ seen: "2025-01-01" })], {
      rest_id: "7",
      screen_name: "ada_nouvelle",
    }),
  ]);
  expect(lookup.find(ada)?.rest_id).toBe("1001");
  expect(lookup.find({ screenName: "whoever", restId: "7" })?.rest_id).toBe(
    "7",
  );
  expect(lookup.find({ screenName: "ada_nouvelle", restId: "8" })).toBeNull();
  for (const one of [ada, { screenName: "whoever", restId: "7" }])
    expect(mayKnow(new SortedKeys(lookup.keys()), one)).toBe(true);
  expect(
    mayKnow(new SortedKeys(lookup.keys()), {
      screenName: "stranger",
      restId: "9",
    }),
  ).toBe(false);
});

test.each([
  ["a guess", [hint({ confidence: "inferred" })], new Set<string>()],
  [
    "an account that is gone",
    [hint({ check: checked("gone", null) })],
    new Set<string>(),
  ],
  [
    "an account that the user said is another person",
    [hint()],
    new Set(["1001 bluesky ada.example.org"]),
  ],
  [
    "... under another handle of the same account",
    [hint({ address: "renamed.example.org", check: checked("found") })],
    new Set(["1001 bluesky did:plc:ada"]),
  ],
])("%s makes no badge", (_, hints, rejected) => {
  const lookup = makeHintLookup([profile(hints)], rejected);
  expect(lookup.find(ada)).toBeNull();
  expect(lookup.keys()).toHaveLength(0);
  expect(lookup.has("1001")).toBe(true);
});

test("only what was found there may be followed; a guess only where both name each other", () => {
  expect(
    [
      null,
      checked("gone", null),
      checked("found"),
      checked("found", null),
      checked("linked"),
    ].map((check) => isChecked(hint({ check }))),
  ).toEqual([false, false, true, false, true]);
  expect(
    (["found", "linked"] as const).map((state) =>
      isChecked(hint({ confidence: "inferred", check: checked(state) })),
    ),
  ).toEqual([false, true]);
});

const stored = async () =>
  readHintKeys((await fakeBrowser.storage.local.get(BADGE_HINTS))[BADGE_HINTS])
    ?.keys ?? null;

test("the index is there while badges are on and it has a person", async () => {
  let lookup = makeHintLookup([profile([hint()])]);
  const publish = () =>
    publishHints(
      () => Promise.resolve(lookup),
      () => Promise.resolve([]),
    );
  await publish();
  expect(await stored()).toBeNull();
  await fakeBrowser.storage.local.set({ badges: true });
  await publish();
  expect(await stored()).toEqual(lookup.keys());
  lookup = makeHintLookup([]);
  await publish();
  expect(await stored()).toBeNull();
});

test("people with a rejected account are in the index, so that no mark comes before the answer", async () => {
  await fakeBrowser.storage.local.set({ badges: true });
  const match = (rest_id: string, rejected: boolean) =>
    ({
      rest_id,
      screen_name: `name_${rest_id}`,
      accounts: [{ rejected }],
    }) as MatchView;
  await publishHints(
    () => Promise.resolve(makeHintLookup([])),
    () => Promise.resolve([match("1", true), match("2", false)]),
  );
  const keys = new SortedKeys((await stored()) ?? new Uint32Array());
  expect(keys.numbers).toHaveLength(2);
  expect(mayKnow(keys, { screenName: "name_1", restId: null })).toBe(true);
  expect(mayKnow(keys, { screenName: "new_name", restId: "1" })).toBe(true);
  expect(mayKnow(keys, { screenName: "name_2", restId: "2" })).toBe(false);
});

// What a badge says.

const english = { tag: "en-GB", translate: makeTranslate("en-GB") };
const ALONE: Own = {
  match: null,
  queued: new Map(),
  signedIn: new Map([
    ["bluesky", { id: "did:plc:me", address: "me.example.org" }],
  ]),
  preferred: null,
  aliases: [],
};
const NOW = new Date("2026-11-20T12:00:00Z");
const plain = (text = "") => withoutIsolates(text);
const ROW: DirectoryRow = {
  row_id: "1",
  rest_id: "1001",
  screen_name: "ada_nouvelle",
  name_seen: "2026-11-01",
  did: "did:plc:ada",
  handle: "ada.example.org",
  acct: null,
  display_name: null,
  grade: "proven",
  leaving_on: null,
  sources: [],
};
const viewOf = (
  hints: HintView[],
  row: DirectoryRow | null = null,
  own: Partial<Own> = {},
) =>
  makeBadgeView(
    ada,
    { row, profile: profile(hints) },
    { ...ALONE, ...own },
    english,
    NOW,
  );

test("an unchecked account says where it stands, and can be checked, not followed", () => {
  const view = viewOf([hint()]);
  expect(plain(view?.label)).toBe(
    "Ada Nouvelle says in their profile to be on Bluesky. Not checked.",
  );
  expect(view).toMatchObject({ row_id: null, grade: "hinted" });
  expect(view?.accounts).toMatchObject([
    { standing: "unchecked", action: "check", look_text: "Check" },
  ]);
  expect(plain(view?.accounts[0]?.standing_text)).toBe(
    "Named in their X description · not checked",
  );
  expect(plain(view?.accounts[0]?.look_asks)).toBe(
    "“Check” asks bsky.app, plc.directory and the account’s own server whether it is there.",
  );
});

test("once it is found it can be followed, and the badge says that the account does not confirm it", () => {
  const view = viewOf([hint({ check: checked("found") })]);
  expect(view).toMatchObject({
    grade: "hinted",
    accounts: [{ standing: "found", action: "follow" }],
  });
  expect(plain(view?.label)).toContain("Checked: the account is there.");
  expect(viewOf([hint({ check: checked("linked") })])).toMatchObject({
    grade: "linked",
    accounts: [{ standing: "linked", action: "follow" }],
  });
});

test("a fediverse account names the server that is asked, and may be followed once it was checked", () => {
  const mastodon = hint({
    network: "fediverse",
    address: "ada@quai.example.org",
    url: "https://quai.example.org/@ada",
  });
  const before = viewOf([mastodon])?.accounts[0];
  expect(plain(before?.look_asks)).toBe(
    "“Check” asks quai.example.org, and servers to which that refers, whether it is there.",
  );
  const after = viewOf([{ ...mastodon, check: checked("linked", null) }])
    ?.accounts[0];
  expect(after).toMatchObject({
    standing: "linked",
    action: "sign_in",
    look_text: "Show here",
  });
});

test("beside a row stands what their profile names besides; what both name comes once, as the directory's", () => {
  const other = hint({ address: "other.example.org" });
  const view = viewOf([hint(), other], ROW);
  expect(view).toMatchObject({ row_id: "1", grade: "proven" });
  expect(
    view?.accounts.map(({ address, standing, action }) => [
      address,
      standing,
      action,
    ]),
  ).toEqual([
    ["ada.example.org", "listed", "follow"],
    ["other.example.org", "unchecked", "check"],
  ]);
  expect(view?.accounts[0]?.standing_text).toBe(
    "In the directory, and named in their profile on X",
  );
  expect(
    viewOf(
      [hint({ address: "renamed.example.org", check: checked("found") })],
      ROW,
    )?.accounts,
  ).toHaveLength(1); // by its did
});

test("where the directory's account was rejected, only their own word is left, and the badge says so", () => {
  const account = {
    network: "bluesky" as const,
    address: "ada.example.org",
    did: "did:plc:ada",
    url: "",
    chosen: false,
    rejected: true,
    state: "none" as const,
    error: null,
    listed: true,
    hint: null,
  };
  const match = {
    accounts: [account],
    display_name: null,
  } as unknown as MatchView;
  expect(
    viewOf([hint({ address: "other.example.org" })], ROW, { match }),
  ).toMatchObject({
    grade: "hinted",
    accounts: [{ address: "other.example.org" }],
  });
});

test.each(LANGUAGES)(
  "everything about a hint has a sentence in %s",
  (locale) => {
    const language = { tag: locale, translate: makeTranslate(locale) };
    for (const check of [null, checked("found"), checked("linked")]) {
      const view = makeBadgeView(
        ada,
        { row: null, profile: profile([hint({ check })]) },
        ALONE,
        language,
        NOW,
      );
      const { standing_text, look_text, look_label, look_asks } =
        view?.accounts[0] ?? {};
      expect(
        [view?.label, standing_text, look_text, look_label, look_asks].every(
          Boolean,
        ),
      ).toBe(true);
    }
  },
);

// What a page may have done.

const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";
const ME = {
  kind: "app-password" as const,
  network: "bluesky" as const,
  id: "did:plc:me",
  address: "me.example.org",
  server: "https://pds.example.org",
  expired: false,
  endsAt: null,
  maySearch: true,
  mayClaim: true,
  mayBlock: true,
};
const TARGET = {
  id,
  row_id: null,
  address: "ada.example.org",
  screen_name: "ada_nouvelle",
  rest_id: null,
};
const FOLLOW = { ...TARGET, type: "badge.follow" };
const LOOK = { ...TARGET, type: "badge.look", network: "bluesky" };
const LOOKED: LookView = {
  network: "bluesky",
  address: "ada.example.org",
  did: "did:plc:ada",
  url: "https://bsky.app/profile/ada.example.org",
  display_name: "Ada\u202e",
  description: "Poet\n\nin two lines",
  picture: "data:image/png;base64,AAAA",
  links_back: true,
  hidden: false,
};

function background(hints: HintView[], changes: Partial<BadgeParts> = {}) {
  const [followed, looked]: object[][] = [[], []];
  const parts: BadgeParts = {
    version: () => Promise.resolve(null),
    files: () => Promise.reject(new Error("there is no directory")),
    hints: () => Promise.resolve(makeHintLookup([profile(hints)])),
    names: () => Promise.resolve([]),
    bearer: () => Promise.resolve(null),
    matches: () => Promise.resolve([]),
    queued: () => Promise.resolve(null),
    account: (network) => Promise.resolve(network === "bluesky" ? ME : null),
    locale: () => Promise.resolve(english),
    follow: (fields) => {
      followed?.push(fields);
      return Promise.resolve({ state: "following", error: null });
    },
    look: (fields) => {
      looked?.push(fields);
      return Promise.resolve(LOOKED);
    },
    openConfirmation: () => Promise.resolve(),
    openSignIn: () => Promise.resolve(),
    openFromServer: () => Promise.resolve(),
    openHistory: () => Promise.resolve(),
    preferred: () => Promise.resolve(null),
    undo: () => Promise.reject(new Error("undo is not used here")),
    publish: () => Promise.resolve(),
    now: () => NOW,
    ...changes,
  };
  return {
    followed,
    looked,
    answer: (message: unknown) =>
      answerContentScript(makeBadgeHandlers(parts), message),
  };
}

test("who is known by their profile only has a badge, with no directory here", async () => {
  const { answer } = background([hint()]);
  const people = [ada, { screenName: "stranger", restId: null }];
  expect(await answer({ id, type: "badge.rows", people })).toMatchObject({
    result: { views: [{ grade: "hinted" }, null] },
  });
});

test("an account that was checked is followed by the id that the engine keeps its hints by", async () => {
  const { answer, followed } = background([hint({ check: checked("found") })]);
  expect(await answer(FOLLOW)).toEqual({
    id,
    result: { state: "following", error_text: "" },
  });
  expect(followed).toEqual([
    {
      account: "did:plc:me",
      row_id: null,
      screen_name: "ada_nouvelle",
      rest_id: "1001",
      address: "ada.example.org",
    },
  ]);
});

test.each([
  ["an unchecked account", FOLLOW, [hint()]],
  ["an account that is gone", FOLLOW, [hint({ check: checked("gone", null) })]],
  [
    "an account that the profile does not name",
    { ...FOLLOW, address: "eve.example.org" },
    [hint({ check: checked("found") })],
  ],
  [
    "an account of another person",
    { ...FOLLOW, rest_id: "1002" },
    [hint({ check: checked("found") })],
  ],
  [
    "an account of the fediverse, without a sign-in there,",
    { ...FOLLOW, address: "ada@quai.example.org" },
    [
      hint({
        network: "fediverse",
        address: "ada@quai.example.org",
        check: checked("linked", null),
      }),
    ],
  ],
  [
    "a hint that is said to be a row",
    { ...FOLLOW, row_id: "1" },
    [hint({ check: checked("found") })],
  ],
])(
  "%s is not followed, whatever a page sends, and a sentence says why",
  async (_, message, hints) => {
    const { answer, followed } = background(hints);
    expect(await answer(message)).toMatchObject({
      result: {
        state: "failed",
        error_text: expect.stringMatching(/\w+\.$/u) as string,
      },
    });
    expect(followed).toEqual([]);
  },
);

test("who has taken over a name has no badge for what its former bearer said", async () => {
  const ask = { id, type: "badge.rows", people: [ada] };
  expect(
    await background([hint()], {
      bearer: () => Promise.resolve("2002"),
    }).answer(ask),
  ).toMatchObject({ result: { views: [null] } });
  const { answer, followed } = background([hint({ check: checked("found") })], {
    bearer: () => Promise.resolve("2002"),
  });
  expect(await answer(FOLLOW)).toMatchObject({ result: { state: "failed" } });
  expect(followed).toEqual([]);
  expect(
    await answer({ ...ask, people: [{ ...ada, restId: "1001" }] }),
  ).toMatchObject({ result: { views: [{ grade: "hinted" }] } });
});

// The directory with Ada's row, as the background reads it.
const directory: Partial<BadgeParts> = {
  version: () => Promise.resolve("1"),
  files: () => Promise.resolve([packRows([ROW])]),
};

test("what a row has is followed by the row, what a profile names by the hint, and neither in the other's name", async () => {
  const { answer, followed } = background(
    [
      hint({
        address: "other.example.org",
        check: checked("found", "did:plc:other"),
      }),
    ],
    directory,
  );
  for (const [row_id, address] of [
    ["1", "other.example.org"],
    [null, "ada.example.org"],
  ]) {
    expect(await answer({ ...FOLLOW, row_id, address })).toMatchObject({
      result: { state: "failed" },
    });
  }
  expect(followed).toEqual([]);
  await answer({ ...FOLLOW, row_id: "1" });
  await answer({ ...FOLLOW, address: "other.example.org" });
  expect(followed).toMatchObject([
    { row_id: "1", address: null },
    { row_id: null, address: "other.example.org", rest_id: "1001" },
  ]);
});

test("where a page shows a name only, the row's id says whose profile counts", async () => {
  const newcomer = profile(
    [hint({ address: "eve.example.org", seen: "2026-11-19" })],
    { rest_id: "7" },
  );
  const { answer } = background([], {
    ...directory,
    hints: () => Promise.resolve(makeHintLookup([newcomer])),
  });
  const { result } = (await answer({
    id,
    type: "badge.rows",
    people: [ada],
  })) as { result: { views: { accounts: { address: string }[] }[] } };
  expect(result.views[0]?.accounts.map(({ address }) => address)).toEqual([
    "ada.example.org",
  ]);
});

test("a profile is loaded for an account that is known, and comes cleaned", async () => {
  const { answer, looked } = background([hint()]);
  expect(await answer(LOOK)).toEqual({
    id,
    result: {
      profile: {
        picture: "data:image/png;base64,AAAA",
        name: "Ada",
        description: "Poet in two lines",
        notes: ["That account names the X account in turn."],
      },
      error_text: "",
    },
  });
  expect(looked).toEqual([
    {
      rest_id: "1001",
      screen_name: "ada_nouvelle",
      row_id: null,
      network: "bluesky",
      address: "ada.example.org",
    },
  ]);
});

test.each([
  ["an account that no profile names", { ...LOOK, address: "eve.example.org" }],
  ["an address on the other network", { ...LOOK, network: "fediverse" }],
])("%s is not looked at", async (_, message) => {
  const { answer, looked } = background([hint()]);
  expect(await answer(message)).toMatchObject({
    result: {
      profile: null,
      error_text:
        "Their profile on X no longer names this account. Reload the page.",
    },
  });
  expect(looked).toEqual([]);
});

test("that there is no such account, and that a server does not answer, are different sentences", async () => {
  const say = async (error: EngineError) =>
    (await background([hint()], { look: () => Promise.reject(error) }).answer(
      LOOK,
    )) as { result: { error_text: string } };
  expect(
    (await say(new EngineError("account_not_found", ""))).result.error_text,
  ).toBe("There is no such account.");
  const silent = (
    await say(new EngineError("server_unreachable", "", { host: "bsky.app" }))
  ).result.error_text;
  expect(plain(silent)).toMatch(
    /^bsky\.app does not answer: you may be offline/u,
  );
});

test.each([
  ["no address", { ...LOOK, address: undefined }],
  ["an endless address", { ...LOOK, address: "a".repeat(400) }],
  ["an address with a space", { ...LOOK, address: "ada example" }],
  ["a network of its own", { ...LOOK, network: "myspace" }],
  ["a row that is no text", { ...FOLLOW, row_id: 7 }],
])("a message with %s is none", async (_, message) => {
  const { answer, looked, followed } = background([
    hint({ check: checked("found") }),
  ]);
  expect(await answer(message)).toMatchObject({
    error: { code: "unknown_command" },
  });
  expect([looked, followed]).toEqual([[], []]);
});
