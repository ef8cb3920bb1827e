// From X's answers to the engine: the listener on the page, the store, and what the background makes of a list being read.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { answerContentScript } from "../../extension/lib/background/router";
import type { KnownName } from "../../extension/lib/background/known-people";
import { makeSeen } from "../../extension/lib/background/seen";
import { idKey, nameKey, SortedKeys } from "../../extension/lib/rules/keys";
import { EngineError } from "../../extension/lib/engine/client";
import { makeTranslate } from "../../extension/lib/i18n/i18n";
import type {
  Commands,
  OwnWords,
} from "../../extension/lib/messages/messages.gen";
import type { Fields } from "../../extension/lib/messages/schemas";
import { ANSWER, READY, STOP } from "../../extension/lib/x/answers/channel";
import {
  identify,
  LEARNED,
  readLearned,
} from "../../extension/lib/messages/name-ids";
import {
  AnswerListener,
  type ListenParts,
} from "../../extension/lib/x/answers/listen";
import type { CodedPost } from "../../extension/lib/x/answers/posts";
import { readReading } from "../../extension/lib/messages/reading";
import { makeSeenStore } from "../../extension/lib/background/seen-store";
import type { SeenUser } from "../../extension/lib/rules/profile";

const ME = "odile_passe";
const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";
const someone = (
  number: number,
  changes: Partial<SeenUser> = {},
): SeenUser => ({
  rest_id: String(1_000 + number),
  screen_name: `crowd_${String(number)}`,
  display_name: `Crowd ${String(number)}`,
  bio: "",
  location: null,
  website: null,
  links: [],
  ...changes,
});
const crowd = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => someone(from + at));

beforeEach(() => {
  fakeBrowser.reset();
  vi.useRealTimers();
});

// The listener, on a document that is only an event target.

const asUser = ({ rest_id, screen_name, display_name }: SeenUser) => ({
  __typename: "User",
  rest_id,
  core: { screen_name, name: display_name },
});
const following = (people: SeenUser[], cursor = "9|1") =>
  JSON.stringify({
    entries: [
      ...people.map((one) => ({
        entryId: `user-${one.rest_id}`,
        content: asUser(one),
      })),
      { entryId: "cursor-bottom-1", content: { value: cursor } },
    ],
  });

function pageOf(owner: string | null = ME) {
  vi.useFakeTimers();
  const document = new EventTarget() as Document;
  const told: Fields<"people.seen">[] = [];
  const named: SeenUser[] = [];
  const heard: string[] = [];
  const posts: CodedPost[] = [];
  for (const type of [READY, STOP])
    document.addEventListener(type, () => heard.push(type));
  const parts: ListenParts = {
    owner: () => owner,
    named: (people) => named.push(...people),
    tell: (seen) => Promise.resolve(told.push(seen)),
    posted: (post) => posts.push(post),
    soon: (work) => setTimeout(work, 1),
  };
  const listener = new AnswerListener(document, parts);
  const say = async (head: string, text: string) => {
    document.dispatchEvent(
      new CustomEvent(ANSWER, { detail: `${head}\n${text}` }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
  };
  return {
    document,
    told,
    named,
    posts,
    heard,
    listener,
    say,
    become: (name: string | null) => (owner = name),
  };
}

test("it says that it is ready, and for good when it stops", () => {
  const { listener, heard } = pageOf();
  expect(heard).toEqual([READY]);
  listener.stop(false);
  expect(heard).toEqual([READY]);
  listener.stop(true);
  expect(heard).toEqual([READY, STOP]);
});

test("a post with a claim code is handed on from an answer to any request; other posts are not", async () => {
  const { posts, say } = pageOf();
  const post = (full_text: string) => ({
    rest_id: "20",
    core: { user_results: { result: asUser(someone(1)) } },
    legacy: { full_text },
  });
  await say("HomeTimeline /home", JSON.stringify(post("Good morning")));
  expect(posts).toEqual([]);
  await say(
    "CreateTweet /compose/post",
    JSON.stringify(post("I moved\npsr-01234-56789-abcde-fghjk")),
  );
  expect(posts).toMatchObject([
    {
      post: "20",
      screen_name: "crowd_1",
      codes: ["psr-01234-56789-ABCDE-FGHJK"],
    },
  ]);
});

test("people in an answer are told once, and again when something about them is new", async () => {
  const { told, say } = pageOf();
  const people = [someone(1), someone(2)];
  await say("HomeTimeline /home", JSON.stringify(people.map(asUser)));
  await say("HomeTimeline /home", JSON.stringify(people.map(asUser)));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    listed: null,
    people: [{ screen_name: "crowd_1" }, { screen_name: "crowd_2" }],
  });
  await say(
    "UserByScreenName /crowd_1",
    JSON.stringify(asUser(someone(1, { screen_name: "renamed" }))),
  );
  expect(told[1]?.people.map(({ screen_name }) => screen_name)).toEqual([
    "renamed",
  ]);
});

test("a list counts as one's own only on one's own page, asked for from there", async () => {
  const { told, say } = pageOf();
  await say("Following /somebody/following", following([someone(1)]));
  await say(`UserTweets /${ME}/following`, following([someone(2)]));
  await say(`Following /${ME}/followers`, following([someone(3)]));
  expect(told.map(({ listed }) => listed)).toEqual([null, null, null]);
  await say(`Following /${ME}/following`, following([someone(4)]));
  expect(told[3]).toMatchObject({
    people: [{ rest_id: "1004" }],
    listed: { kind: "following", screen_name: ME, is_last: false },
  });
});

test("a list waits until the page shows who is signed in", async () => {
  const { told, say, become } = pageOf(null);
  await say(`Following /${ME}/following`, following([someone(1)], "0|1"));
  expect(told).toEqual([]);
  become(ME);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told[0]?.listed).toMatchObject({ kind: "following", is_last: true });
});

test("a long part comes in pieces, the last of which carries the end", async () => {
  const { told, say } = pageOf();
  await say(`Following /${ME}/following`, following(crowd(0, 230), "0|1"));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told.map(({ people }) => people.length)).toEqual([100, 100, 30]);
  expect(told.map(({ listed }) => listed?.is_last)).toEqual([
    false,
    false,
    true,
  ]);
});

test("a page that floods is heard a little, and never all at once", async () => {
  const { document, told } = pageOf();
  for (let at = 0; at < 5_000; at++) {
    document.dispatchEvent(
      new CustomEvent(ANSWER, {
        detail: `HomeTimeline /home\n${JSON.stringify(crowd(at * 100, at * 100 + 100).map(asUser))}`,
      }),
    );
  }
  for (const detail of [null, 7, { people: [] }, "nonsense", "x".repeat(1_000)])
    document.dispatchEvent(new CustomEvent(ANSWER, { detail }));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(told.length).toBeLessThanOrEqual(31);
  expect(
    Math.max(...told.map(({ people }) => people.length)),
  ).toBeLessThanOrEqual(100);
});

test("lists that wait for a sign-in that never comes take no more room than one answer", async () => {
  const { told, say, become } = pageOf(null);
  const padding = " ".repeat(5_000_000);
  for (let at = 0; at < 20; at++) {
    await say(`Following /${ME}/following`, following([someone(at)]) + padding);
    await vi.advanceTimersByTimeAsync(10_000); // within any limit of a window
  }
  become(ME);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toHaveLength(2); // of 12 million characters
  await say(`Following /${ME}/following`, following([someone(99)]) + padding);
  expect(told).toHaveLength(3); // there is room again
});

test("a part of a list that was not taken is sent again later", async () => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  const tries: number[] = [];
  const document = new EventTarget() as Document;
  new AnswerListener(document, {
    owner: () => ME,
    named: () => undefined,
    posted: () => undefined,
    tell: () =>
      tries.push(1) < 3
        ? Promise.reject(new Error("asleep"))
        : Promise.resolve(),
    soon: (work) => setTimeout(work, 1),
  });
  document.dispatchEvent(
    new CustomEvent(ANSWER, {
      detail: `Following /${ME}/following\n${following([someone(1)])}`,
    }),
  );
  await vi.advanceTimersByTimeAsync(30_000);
  expect(tries).toHaveLength(3);
});

// The store.

const fresh = async (max?: number) => {
  const store = makeSeenStore(max);
  await store.clear();
  return store;
};

test("what is known stays where a later observation says nothing; a later name is found, an older one is not", async () => {
  const store = await fresh();
  await store.remember(
    [someone(1, { bio: "Poet", website: "https://ada.example.org" })],
    "2026-11-01",
  );
  await store.remember(
    [someone(1, { screen_name: "Renamed", display_name: null, bio: null })],
    "2026-11-02",
  );
  expect(await store.named("crowd_1")).toBeNull();
  expect(await store.named("RENAMED")).toMatchObject({
    display_name: "Crowd 1",
    bio: "Poet",
    website: "https://ada.example.org",
    seen: "2026-11-02",
  });
});

test("it holds so many people and no more: those not seen for longest go", async () => {
  const store = await fresh(10);
  await store.remember(crowd(0, 8), "2026-11-01");
  await store.remember(crowd(8, 16), "2026-11-02");
  const kept = await store.all();
  expect(kept).toHaveLength(10);
  expect(kept.filter(({ seen }) => seen === "2026-11-02")).toHaveLength(8);
});

test("members are counted once and told once", async () => {
  const store = await fresh();
  await store.remember(crowd(0, 3), "2026-11-01");
  await store.addMembers(["1000", "1001"]);
  await store.markTold(["1000"]);
  expect(await store.addMembers(["1000", "1001", "1002"])).toBe(3);
  expect((await store.untold(10)).map(({ rest_id }) => rest_id)).toEqual([
    "1001",
    "1002",
  ]);
});

// The background.

type Learn = Commands["people.add"]["fields"];

async function background(
  changes: Partial<Parameters<typeof makeSeen>[0]> = {},
) {
  const learned: Learn[] = [];
  const opened: string[] = [];
  const store = changes.store ?? (await fresh());
  const seen = makeSeen({
    store,
    learn: (fields) => Promise.resolve(learned.push(fields)),
    known: () => Promise.resolve(new Map<string, KnownName | null>()),
    words: () => Promise.resolve(new Map<string, OwnWords>()),
    owner: () => Promise.resolve(null),
    keys: () =>
      Promise.resolve(SortedKeys.of([idKey("1001"), nameKey("crowd_2")])),
    hints: {
      has: () => Promise.resolve(() => false),
      soon: () => Promise.resolve(),
    },
    isAllowed: () => Promise.resolve(true),
    openTab: (url) => Promise.resolve(opened.push(url)),
    locale: () =>
      Promise.resolve({ tag: "en", translate: makeTranslate("en") }),
    now: () => new Date("2026-11-20T12:00:00Z"),
    ...changes,
  });
  const say = (people: SeenUser[], listed: Fields<"people.seen">["listed"]) =>
    answerContentScript(seen.handlers, {
      id,
      type: "people.seen",
      people,
      listed,
    });
  return { seen, store, learned, opened, say };
}

const LIST = {
  kind: "following",
  screen_name: ME,
  total: null,
  is_last: false,
} as const;

test("reading opens the list where it is known whose, else X's home", async () => {
  const { seen, opened } = await background();
  await seen.list.start("following");
  expect(opened).toEqual(["https://x.com/home"]);
  const known = await background({ owner: () => Promise.resolve(ME) });
  await known.seen.list.start("followers");
  expect(known.opened).toEqual([`https://x.com/${ME}/followers`]);
});

test("before the browser lets us see x.com no tab is opened; then one, once", async () => {
  let isAllowed = false;
  const { seen, opened } = await background({
    isAllowed: () => Promise.resolve(isAllowed),
  });
  await seen.list.start("following");
  expect(opened).toEqual([]);
  isAllowed = true;
  await Promise.all([seen.list.goOn(), seen.list.goOn()]);
  expect(opened).toHaveLength(1);
});

test("a list that the user did not ask to read is stored as names only; Python does not start", async () => {
  const { learned, say, store } = await background();
  await say([someone(1)], { ...LIST, is_last: true });
  expect([learned, await store.untold(10), await readReading()]).toEqual([
    [],
    [],
    null,
  ]);
  expect(await store.named("crowd_1")).not.toBeNull();
});

test("800 people in 40 parts with overlaps: 800, told to the engine once each, and complete at X's last part", async () => {
  const { seen, learned, say } = await background();
  await seen.list.start("following");
  await say([someone(-1, { rest_id: "7", screen_name: ME })], {
    ...LIST,
    total: 801,
  });
  for (let at = 0; at < 800; at += 20)
    await say(crowd(Math.max(0, at - 5), at + 20), {
      ...LIST,
      is_last: at === 780,
    });
  expect(await readReading()).toMatchObject({
    read: 800,
    total: 801,
    isComplete: true,
    screen_name: ME,
  });
  await seen.list.tell();
  const told = learned.flatMap(({ people }) =>
    people.map(({ rest_id }) => rest_id),
  );
  expect([told.length, new Set(told).size]).toEqual([800, 800]);
  expect(learned[0]?.listed).toEqual({
    kind: "following",
    screen_name: ME,
    rest_id: "7",
    display_name: "Crowd -1",
  });
  expect(learned.length).toBeLessThan(20); // half as often as there were parts
});

test("a list that X ends after 50 of 2,310 stays open and says so; more of it is read later", async () => {
  const { seen, say, learned } = await background();
  const view = async () =>
    (await seen.handlers["reading.view"]({ screen_name: ME, is_list: true }))
      .view;
  await seen.list.start("following");
  await say(crowd(0, 50), { ...LIST, total: 2_310, is_last: true });
  expect(await readReading()).toMatchObject({
    read: 50,
    isComplete: false,
    isCutShort: true,
  });
  expect(await view()).toMatchObject({
    progress: "X showed 50 of 2,310",
    hint: expect.stringContaining("archive") as string,
    end: "That was all",
  });
  await seen.list.tell();
  expect(learned.flatMap(({ people }) => people)).toHaveLength(50);

  await say(crowd(40, 90), { ...LIST, total: 2_310 });
  expect(await readReading()).toMatchObject({ read: 90, isCutShort: false });
  await seen.handlers["reading.end"]({ is_complete: true });
  expect(await readReading()).toMatchObject({ read: 90, isComplete: true });
  await seen.list.tell();
});

test.each([
  [2_080, true], // X counts suspended accounts, too
  [2_000, false],
])("of 2,310 people %i are the whole list: %s", async (count, isWhole) => {
  const { seen, say } = await background();
  await seen.list.start("following");
  for (let at = 0; at < count; at += 100)
    await say(crowd(at, Math.min(at + 100, count)), {
      ...LIST,
      total: 2_310,
      is_last: at + 100 >= count,
    });
  expect(await readReading()).toMatchObject({
    isComplete: isWhole,
    isCutShort: !isWhole,
  });
  await seen.list.tell(); // what is under way ends before the next test begins
});

test("another list, and another person's, are no part of it", async () => {
  const { seen, say } = await background();
  await seen.list.start("following");
  await say([someone(1)], LIST);
  await say([someone(2)], { ...LIST, kind: "followers" });
  await say([someone(3)], { ...LIST, screen_name: "somebody" });
  expect(await readReading()).toMatchObject({ read: 1 });
});

test("what the engine refuses is said, and told again at the next start", async () => {
  let refuses = true;
  const { seen, learned, say, store } = await background({
    learn: (fields) =>
      refuses
        ? Promise.reject(new EngineError("other_x_account", "no"))
        : Promise.resolve(learned.push(fields)),
  });
  await seen.list.start("following");
  await say([someone(1)], { ...LIST, is_last: true });
  await seen.list.tell();
  await vi.waitFor(async () => {
    expect(await readReading()).toMatchObject({
      error: { code: "other_x_account" },
    });
  });
  expect(await store.untold(10)).toHaveLength(1);
  refuses = false;
  await seen.list.tell();
  expect(await store.untold(10)).toEqual([]);
});

test("a background that was ended before it told the engine does so when it starts again", async () => {
  const { seen, say, learned, store } = await background();
  await seen.list.start("following");
  await say([someone(1)], LIST);
  expect(learned).toEqual([]); // it waits for more
  const again = await background({ store });
  await again.seen.list.tell();
  expect(
    again.learned.flatMap(({ people }) => people.map(({ rest_id }) => rest_id)),
  ).toEqual(["1001"]);
});

test("names go to the engine for its own people only, and only newer ones that it does not have", async () => {
  const known = new Map<string, KnownName | null>([
    ["1000", null],
    ["1001", { screen_name: "Crowd_1", seen: "2026-01-01" }],
    ["1002", { screen_name: "before", seen: "2026-01-01" }],
    ["1003", { screen_name: "later", seen: "2026-11-20T12:00:00.000Z" }],
    ["1004", { screen_name: "by_a_clock_that_was_ahead", seen: "2027-01-01" }],
  ]);
  const { seen, learned, say } = await background({
    known: () => Promise.resolve(known),
  });
  await say(crowd(0, 6), null);
  await seen.tellNames(false);
  expect(
    learned.map(({ people, listed }) => [
      people.map(({ rest_id }) => rest_id),
      listed,
    ]),
  ).toEqual([[["1000", "1002", "1004"], null]]);
  await seen.tellNames(false); // nothing new since
  expect(learned).toHaveLength(1);
});

test("bios and websites go to the engine for its own people, where they are news to it", async () => {
  const name = { screen_name: "of_now", seen: "2026-11-20T12:00:00.000Z" };
  const ids = ["1000", "1001", "1002", "1003"];
  const known = new Map(ids.map((id) => [id, name] as const));
  const words = new Map<string, OwnWords>([
    [
      "1001",
      {
        bio: "the same",
        urls: [],
        picture: null,
        seen: "2026-01-01T00:00:00+00:00",
      },
    ],
    [
      "1002",
      {
        bio: "before",
        urls: [],
        picture: null,
        seen: "2026-01-01T00:00:00+00:00",
      },
    ],
  ]);
  const { seen, learned, say } = await background({
    known: () => Promise.resolve(known),
    words: () => Promise.resolve(words),
  });
  const links = [{ short: "https://t.co/a", long: "https://one.example.net/" }];
  await say(
    [
      someone(0, { bio: "first https://t.co/a", links }),
      someone(1, { bio: "the same" }),
      someone(2, { bio: "now" }),
      someone(3),
      someone(4, { bio: "outside the graph" }),
    ],
    null,
  );
  await seen.tellNames(false);
  expect(learned).toHaveLength(1);
  expect(learned[0]?.people).toMatchObject([
    {
      rest_id: "1000",
      bio: "first https://one.example.net/",
      urls: ["https://one.example.net/"],
    },
    { rest_id: "1002", bio: "now", urls: [] },
  ]);
});

test("names of people in the directory, and they alone, are left for badges; who gives a name up loses it", async () => {
  const { say, seen } = await background();
  const names = async () => [
    ...readLearned((await fakeBrowser.storage.local.get(LEARNED))[LEARNED]),
  ];
  await say(crowd(0, 4), null);
  expect(await names()).toEqual([
    ["crowd_1", "1001"],
    ["crowd_2", "1002"],
  ]);
  await say([someone(1, { screen_name: "New_Name" })], null);
  expect(await names()).toEqual([
    ["crowd_2", "1002"],
    ["new_name", "1001"],
  ]);
  await seen.renew();
  expect(new Map(await names())).toEqual(
    new Map([
      ["crowd_2", "1002"],
      ["new_name", "1001"],
    ]),
  );
  const learned = new Map(await names());
  expect(identify(learned, { screenName: "NEW_name", restId: null })).toEqual({
    screenName: "NEW_name",
    restId: "1001",
  });
  expect(
    identify(learned, { screenName: "new_name", restId: "5" }).restId,
  ).toBe("5");
  expect(
    identify(learned, { screenName: "__proto__", restId: null }).restId,
  ).toBeNull();
});

test("a content script's message is checked as untrusted input", async () => {
  const { seen, say } = await background();
  const tooMany = crowd(0, 101);
  for (const [people, listed] of [
    [tooMany, null],
    ["x", null],
    [[], { ...LIST, kind: "blocked" }],
    [[], { ...LIST, total: -1 }],
    [[], 7],
  ] as never[][]) {
    expect(await say(people as never, listed as never)).toHaveProperty("error");
  }
  expect(
    await say([null, { ...someone(1), rest_id: 5 }] as never, null),
  ).toHaveProperty("result");
  expect(
    await answerContentScript(seen.handlers, {
      id,
      type: "reading.view",
      screen_name: "<b>",
      is_list: true,
    }),
  ).toHaveProperty("error");
});

test("the bar says what to do where one is, and how far it is", async () => {
  const { seen, say } = await background();
  const view = async (screen_name: string | null, is_list: boolean) =>
    (await seen.handlers["reading.view"]({ screen_name, is_list })).view;
  expect(await view(ME, true)).toBeNull();
  await seen.list.start("following");
  expect(await view(null, false)).toMatchObject({
    link: null,
    end: null,
    hint: expect.stringContaining("Sign in") as string,
  });
  expect(await view(ME, false)).toMatchObject({ link: "Open my list" });
  await say([someone(1)], { ...LIST, total: 800 });
  expect(await view(ME, true)).toMatchObject({
    progress: "1 of 800",
    end: "That was all",
    link: null,
  });
  await seen.handlers["reading.end"]({ is_complete: true });
  expect(await view(ME, true)).toMatchObject({
    progress: "Complete: 1 person",
    end: null,
  });
  await seen.handlers["reading.end"]({ is_complete: false });
  expect(await view(ME, true)).toBeNull();
});

test("deleting forgets everybody, and the reading", async () => {
  const { seen, say, store } = await background();
  await seen.list.start("following");
  await say([someone(1)], LIST);
  await seen.clear();
  expect([
    await store.all(),
    await store.untold(10),
    await readReading(),
  ]).toEqual([[], [], null]);
});
