// The background's answers to content scripts: from what is stored, and never more than the directory and the person allow.
import { beforeEach, expect, test } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  type BadgeParts,
  makeBadgeHandlers,
  onlyConfirmed,
} from "../../extension/lib/background/badge-handlers";
import { publishIndex } from "../../extension/lib/background/badge-index";
import { answerContentScript } from "../../extension/lib/background/router";
import {
  isStoredIndex,
  readBadgeIndex,
} from "../../extension/lib/messages/badge-index";
import { BADGE_INDEX } from "../../extension/lib/rules/keys";
import { EngineError } from "../../extension/lib/engine/client";
import { makeTranslate } from "../../extension/lib/i18n/i18n";
import { makeHintLookup } from "../../extension/lib/background/hint-lookup";
import type { DirectoryRow } from "../../extension/lib/rules/rows";
import { packRows } from "./directory_files";
import type { FollowedOne } from "../../extension/lib/messages/messages.gen";

const ADA: DirectoryRow = {
  row_id: "1",
  rest_id: null,
  screen_name: "ada_nouvelle",
  name_seen: "2026-03-01",
  did: "did:plc:ada",
  handle: "ada.example.org",
  acct: null,
  display_name: null,
  grade: "proven",
  leaving_on: null,
  sources: [],
};
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
const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";
const ada = { screenName: "Ada_Nouvelle", restId: null };
const FOLLOW = {
  id,
  type: "badge.follow",
  row_id: "1",
  address: "ada.example.org",
  screen_name: "ada_nouvelle",
  rest_id: null,
};

/** A background with Ada in its directory; `followed` is what reached the engine. */
function backgroundWith(changes: Partial<BadgeParts> = {}) {
  const followed: object[] = [];
  const asked: object[] = [];
  const undone: object[] = [];
  const openedPages: string[] = [];
  let opened = 0;
  const parts: BadgeParts = {
    version: () => Promise.resolve("1"),
    files: () => {
      opened++;
      return Promise.resolve([packRows([ADA])]);
    },
    hints: () => Promise.resolve(makeHintLookup([])),
    names: () => Promise.resolve([]),
    bearer: () => Promise.resolve(null),
    matches: () => Promise.resolve([]),
    queued: () => Promise.resolve(null),
    account: (network) => Promise.resolve(network === "bluesky" ? ME : null),
    locale: () =>
      Promise.resolve({ tag: "en", translate: makeTranslate("en") }),
    follow: (fields) => {
      followed.push(fields);
      return Promise.resolve<FollowedOne>({ state: "following", error: null });
    },
    look: () => Promise.reject(new Error("look is not used here")),
    openSignIn: () => Promise.resolve(),
    openFromServer: () => Promise.resolve(),
    openHistory: () => Promise.resolve(void openedPages.push("history")),
    preferred: () => Promise.resolve(null),
    undo: (fields) => Promise.resolve(void undone.push(fields)),
    openConfirmation: (target) => Promise.resolve(void asked.push(target)),
    publish: () => Promise.resolve(),
    now: () => new Date("2026-11-20T12:00:00Z"),
    ...changes,
  };
  const handlers = makeBadgeHandlers(parts);
  return {
    answer: (message: unknown) => answerContentScript(handlers, message),
    followed,
    asked,
    undone,
    openedPages,
    handlers,
    parts,
    openedTimes: () => opened,
  };
}

beforeEach(() => {
  fakeBrowser.reset();
});

test("rows come in the order asked for, null for unknown people", async () => {
  const { answer } = backgroundWith();
  const people = [{ screenName: "olu_afara", restId: null }, ada];
  expect(await answer({ id, type: "badge.rows", people })).toMatchObject({
    id,
    result: { views: [null, { row_id: "1" }] },
  });
});

test("a mark carries label, grade and states, and no sentence of the card", async () => {
  const { answer } = backgroundWith();
  const people = [ada, { screenName: "olu_afara", restId: null }];
  expect(await answer({ id, type: "badge.marks", people })).toEqual({
    id,
    result: {
      marks: [
        {
          label: expect.stringContaining("is also on") as string,
          grade: "proven",
          accounts: [{ network: "bluesky", state: "none" }],
        },
        null,
      ],
    },
  });
});

test("undoing names the own account and the target, and only where the card was seen", async () => {
  const { answer, undone, openedPages } = backgroundWith();
  const undo = { ...FOLLOW, type: "badge.undo" };
  expect(await answer({ ...undo, is_seen: true })).toEqual({
    id,
    result: { error_text: "" },
  });
  expect(undone).toEqual([{ account: "did:plc:me", names: ["did:plc:ada"] }]);

  await answer({ ...undo, is_seen: false });
  expect(undone).toHaveLength(1);
  expect(openedPages).toEqual(["history"]);
});

test("without a directory no person is known", async () => {
  const { answer } = backgroundWith({ version: () => Promise.resolve(null) });
  expect(await answer({ id, type: "badge.rows", people: [ada] })).toEqual({
    id,
    result: { views: [null] },
  });
});

test("the directory is opened once per version", async () => {
  let version = "1";
  const { answer, openedTimes } = backgroundWith({
    version: () => Promise.resolve(version),
  });
  for (version of ["1", "1", "2"])
    await answer({ id, type: "badge.rows", people: [ada] });
  expect(openedTimes()).toBe(2);
});

test("a follow goes to the engine as the person signed in, with the row only", async () => {
  const { answer, followed } = backgroundWith();
  expect(await answer(FOLLOW)).toEqual({
    id,
    result: { state: "following", error_text: "" },
  });
  expect(followed).toEqual([
    {
      account: "did:plc:me",
      row_id: "1",
      screen_name: "ada_nouvelle",
      rest_id: null,
      address: null,
    },
  ]);
});

const OLU = {
  ...ADA,
  screen_name: "ada_nouvelle",
  did: null,
  handle: null,
  acct: "ada@social.example.org",
};
const ON_MASTODON = {
  ...ME,
  kind: "mastodon" as const,
  network: "fediverse" as const,
  id: "me@own.example.org",
};

test("an account on Mastodon is followed by the account that is signed in there", async () => {
  const { answer, followed } = backgroundWith({
    files: () => Promise.resolve([packRows([OLU])]),
    account: (network) =>
      Promise.resolve(network === "fediverse" ? ON_MASTODON : ME),
  });
  expect(await answer({ ...FOLLOW, address: OLU.acct })).toMatchObject({
    result: { state: "following" },
  });
  expect(followed).toMatchObject([{ account: "me@own.example.org" }]);
});

test("where no card can be proved visible, a page's follow opens the window that asks, and follows nothing", async () => {
  const { handlers, parts, followed, asked } = backgroundWith();
  const answer = await answerContentScript(
    onlyConfirmed(handlers, parts),
    FOLLOW,
  );
  expect(answer).toMatchObject({ result: { state: "failed" } });
  expect(followed).toEqual([]);
  expect(asked).toHaveLength(1);
});

test.each([
  [
    "a row that is not this name's",
    { ...FOLLOW, screen_name: "olu_afara" },
    {},
  ],
  ["a row that does not exist", { ...FOLLOW, row_id: "2" }, {}],
  [
    "an account that the row does not have",
    { ...FOLLOW, address: "eve.example.org" },
    {},
  ],
  ["no account signed in", FOLLOW, { account: () => Promise.resolve(null) }],
  [
    "a sign-in that has ended",
    FOLLOW,
    { account: () => Promise.resolve({ ...ME, expired: true }) },
  ],
])(
  "%s: no follow is made, and a sentence says why",
  async (_, message, changes) => {
    const { answer, followed } = backgroundWith(changes);
    expect(await answer(message)).toMatchObject({
      result: {
        state: "failed",
        error_text: expect.stringMatching(/\w+\.$/u) as string,
      },
    });
    expect(followed).toEqual([]);
  },
);

test("an engine that fails is told in a sentence", async () => {
  const { answer } = backgroundWith({
    follow: () => Promise.reject(new EngineError("engine_died", "gone")),
  });
  expect(await answer(FOLLOW)).toMatchObject({
    result: {
      state: "failed",
      error_text: makeTranslate("en")("error.engine_died"),
    },
  });
});

test("what is not in the table is an error, not a crash", async () => {
  const { answer } = backgroundWith();
  expect(await answer({ id, type: "data.delete" })).toMatchObject({
    error: { code: "unknown_command" },
  });
  expect(await answer({ id, type: "badge.rows", people: "all" })).toMatchObject(
    { error: { code: "unknown_command" } },
  );
});

async function stored(): Promise<unknown> {
  return (await fakeBrowser.storage.local.get(BADGE_INDEX))[BADGE_INDEX];
}

test("the index is published while badges are on, and taken away with them", async () => {
  const { parts } = backgroundWith();
  fakeBrowser.permissions.contains = () => Promise.resolve(true);
  await publishIndex(parts);
  expect(await stored()).toBeUndefined();

  await fakeBrowser.storage.local.set({ badges: true });
  await publishIndex(parts);
  const keys = await readBadgeIndex(await stored(), () => undefined);
  expect(keys?.find(ada)).toBe("ask"); // the file of keys says nothing of marks
  expect(keys?.find({ ...ada, screenName: "olu" })).toBeNull();

  fakeBrowser.permissions.contains = () => Promise.resolve(false); // taken back in the browser's own settings
  await publishIndex(parts);
  expect(await stored()).toBeUndefined();
});

test("an index that is there already is not written again", async () => {
  const { parts, openedTimes } = backgroundWith();
  fakeBrowser.permissions.contains = () => Promise.resolve(true);
  await fakeBrowser.storage.local.set({ badges: true });
  await publishIndex(parts);
  await publishIndex(parts);
  expect(openedTimes()).toBe(1);
});

test("an index that an earlier version of the extension left is made again", async () => {
  const { parts } = backgroundWith();
  fakeBrowser.permissions.contains = () => Promise.resolve(true);
  await fakeBrowser.storage.local.set({
    badges: true,
    [BADGE_INDEX]: { version: 1, keys: "" },
  });
  await publishIndex(parts);
  expect(isStoredIndex(await stored())).toBe(true);
});
