// What a badge says about a person: accounts, state, doubts; in the person's language, harmless whatever the names are.
import { isFollowed } from "../../extension/lib/rules/accounts";
import { expect, test } from "vitest";
import {
  makeBadgeView,
  type Own,
} from "../../extension/lib/background/badge-view";
import type { DirectoryRow } from "../../extension/lib/rules/rows";
import { LANGUAGES, makeTranslate } from "../../extension/lib/i18n/i18n";
import type { MatchView } from "../../extension/lib/messages/messages.gen";

const NOW = new Date("2026-11-20T12:00:00Z");
const JUNHO: DirectoryRow = {
  row_id: "7",
  rest_id: "9000000000020000060",
  screen_name: "junho_bada",
  name_seen: "2026-03-01",
  did: "did:plc:junho",
  handle: "junho.example.org",
  acct: "junho@bada.example.org",
  display_name: null,
  grade: "attested",
  leaving_on: null,
  sources: [
    { name: "A list", url: "https://list.example.org/", date: "2026-03-01" },
  ],
};
const junho = { screenName: "junho_bada", restId: JUNHO.rest_id };
const NOBODY: Own = {
  match: null,
  queued: new Map(),
  signedIn: new Map([
    ["bluesky", { id: "did:plc:me", address: "me.example.org" }],
  ]),
  preferred: null,
  aliases: [],
};
const english = { tag: "en-GB", translate: makeTranslate("en-GB") };

const view = (
  row: Partial<DirectoryRow> = {},
  own: Partial<Own> = {},
  person = junho,
) =>
  makeBadgeView(
    person,
    { row: { ...JUNHO, ...row }, profile: null },
    { ...NOBODY, ...own },
    english,
    NOW,
  );

const signedInOn = (...networks: ("bluesky" | "fediverse")[]) =>
  new Map(
    networks.map(
      (network) =>
        [
          network,
          { id: `me-${network}`, address: `me@${network}.example.org` },
        ] as const,
    ),
  );

const plain = (text = "") => text.replace(/[\u2066-\u2069]/gu, "");

const matchWith = (
  changes: Partial<MatchView["accounts"][number]>,
): MatchView => ({
  rest_id: "9000000000020000060",
  row_id: "7",
  screen_name: "junho_bada",
  display_name: "바다 준호",
  following: true,
  followed_by: false,
  grade: "attested",
  preselected: true,
  leaving_on: null,
  new_since: null,
  evidence: [],
  accounts: [
    {
      network: "bluesky",
      address: "junho.example.org",
      did: "did:plc:junho",
      url: "https://bsky.app/profile/did:plc:junho",
      chosen: true,
      rejected: false,
      state: "none",
      error: null,
      listed: true,
      hint: null,
      ...changes,
    },
  ],
});

test("it names the accounts, the grade and who says so", () => {
  const made = view();
  expect(plain(made?.label)).toBe(
    "@junho_bada is also on Bluesky and Mastodon. Confirmed.",
  );
  expect(
    made?.accounts.map(({ network, address, url }) => [network, address, url]),
  ).toEqual([
    ["bluesky", "junho.example.org", "https://bsky.app/profile/did:plc:junho"],
    ["fediverse", "junho@bada.example.org", "https://bada.example.org/@junho"],
  ]);
  expect(plain(made?.sources[0]?.text)).toBe("Source: A list (1 Mar 2026)");
});

test("the label says followed exactly where the mark shows its tick", () => {
  for (const state of [
    "none",
    "waiting",
    "asked",
    "failed",
    "following",
  ] as const) {
    const made = view({}, { match: matchWith({ state }) });
    expect(plain(made?.label).includes("You already follow them."), state).toBe(
      isFollowed(made?.accounts ?? []),
    );
  }
});

test("following is offered on the networks that the user uses, and asks by name", () => {
  const accounts = (...signedIn: ("bluesky" | "fediverse")[]) =>
    view({}, { signedIn: signedInOn(...signedIn) })?.accounts ?? [];
  const actions = (...signedIn: ("bluesky" | "fediverse")[]) =>
    accounts(...signedIn).map(({ action }) => action);
  expect(actions("bluesky")).toEqual(["follow", ""]);
  expect(actions("fediverse")).toEqual(["", "follow"]);
  expect(actions("bluesky", "fediverse")).toEqual(["follow", "follow"]);
  expect(actions()).toEqual(["sign_in", "sign_in"]);
  expect(accounts().map(({ question }) => plain(question))).toEqual([
    "Follow @junho_bada, junho.example.org, on Bluesky?",
    "Follow @junho_bada, junho@bada.example.org, on Mastodon?",
  ]);
  expect(accounts().map(({ action_text }) => action_text)).toEqual([
    "Sign in to Bluesky",
    "Sign in to Mastodon",
  ]);
});

test("a person who is only on a network that the user does not use: signing in is offered", () => {
  const made = view(
    { did: null, handle: null },
    { signedIn: signedInOn("bluesky") },
  );
  expect(made?.accounts.map(({ action }) => action)).toEqual(["sign_in"]);
});

test("a person who is not signed in is offered to sign in", () => {
  expect(view({}, { signedIn: signedInOn() })?.accounts[0]?.action).toBe(
    "sign_in",
  );
});

test("a person already followed, or asked for, is not offered again", () => {
  for (const state of ["following", "asked", "waiting"] as const) {
    expect(
      view({}, { match: matchWith({ state }) })?.accounts[0],
    ).toMatchObject({ state, action: "" });
  }
});

test("the queue knows better than the list, also about people who are in no list", () => {
  const queued = new Map([
    [
      "did:plc:junho",
      { state: "following" as const, error: null, followedBy: null },
    ],
  ]);
  expect(view({}, { queued })?.accounts[0]).toMatchObject({
    state: "following",
    state_text: "Followed",
    action: "",
  });
});

test("only a sure match is followed without a question", () => {
  const sure = (...of: Parameters<typeof view>) =>
    view(...of)?.accounts.map(({ is_sure }) => is_sure);
  expect(sure()).toEqual([true, true]);
  expect(sure({ grade: "proven" })).toEqual([true, true]);
  expect(sure({ grade: "imported" })).toEqual([false, false]);
  expect(sure({ grade: "claimed" })).toEqual([false, false]);
  expect(sure({ screen_name: "another_name" })).toEqual([false, false]);
  expect(sure({ rest_id: null, name_seen: "2020-01-01" })).toEqual([
    false,
    false,
  ]);
});

test("the account on the preferred network comes first, where the user is signed in there", () => {
  const order = (
    preferred: Own["preferred"],
    ...networks: ("bluesky" | "fediverse")[]
  ) =>
    view({}, { preferred, signedIn: signedInOn(...networks) })?.accounts.map(
      ({ network, is_second }) => [network, is_second],
    );
  expect(order("fediverse", "bluesky", "fediverse")).toEqual([
    ["fediverse", false],
    ["bluesky", true],
  ]);
  expect(order("bluesky", "bluesky", "fediverse")).toEqual([
    ["bluesky", false],
    ["fediverse", true],
  ]);
  for (const [preferred, ...networks] of [
    [null, "bluesky", "fediverse"],
    ["fediverse", "bluesky"],
  ] as const)
    expect(order(preferred, ...networks)).toEqual([
      ["bluesky", false],
      ["fediverse", false],
    ]);
});

test("the card says which own account follows", () => {
  const made = view({}, { signedIn: signedInOn("fediverse") });
  expect(made?.accounts.map(({ follows_as }) => plain(follows_as))).toEqual([
    "",
    "You follow as me@fediverse.example.org.",
  ]);
});

test("what Passerelle followed with the account signed in now can be undone", () => {
  const action = (followedBy: string | null, state: "following" | "leaving") =>
    view(
      {},
      {
        queued: new Map([
          ["did:plc:junho", { state, error: null, followedBy }],
        ]),
      },
    )?.accounts[0]?.action;
  expect(action("did:plc:me", "following")).toBe("undo");
  expect(action("did:plc:me", "leaving")).toBe("");
  expect(action("did:plc:earlier-account", "following")).toBe("");
  expect(action(null, "following")).toBe("");
});

test("a failure says why and can be tried again", () => {
  const error = {
    code: "server_unreachable",
    message: "",
    params: { host: "pds.example.org" },
  };
  const account = view({}, { match: matchWith({ state: "failed", error }) })
    ?.accounts[0];
  expect(account).toMatchObject({ state: "failed", action: "follow" });
  expect(plain(account?.error_text)).toContain(
    "pds.example.org does not answer",
  );
});

test("what the person rejected is not proposed again", () => {
  const match = matchWith({ rejected: true });
  expect(view({}, { match })?.accounts.map(({ network }) => network)).toEqual([
    "fediverse",
  ]);
  expect(view({ acct: null }, { match })).toBeNull();
});

test("an id under another name counts for less, and says so", () => {
  const made = view({}, {}, { ...junho, screenName: "new_name" });
  expect(made?.grade).toBe("claimed");
  expect(plain(made?.notes[0])).toContain("@junho_bada");
});

test("a renamed person whose old name is known keeps the row's grade", () => {
  const made = view(
    {},
    { aliases: ["Junho_Bada"] },
    { ...junho, screenName: "new_name" },
  );
  expect([made?.grade, made?.notes]).toEqual(["attested", []]);
});

test("a name alone that was checked long ago is doubted; an id is not", () => {
  expect(view({ rest_id: null, name_seen: "2025-11-01" })?.notes).toHaveLength(
    1,
  );
  expect(view({ rest_id: null, name_seen: null })?.notes).toHaveLength(1);
  expect(view({ rest_id: null, name_seen: "2026-03-01" })?.notes).toEqual([]);
  expect(view({ name_seen: "2019-01-01" })?.notes).toEqual([]);
});

test("links are https or not there", () => {
  const sources = [
    "javascript:alert(1)",
    "http://list.example.org/",
    "https://user:secret@list.example.org/",
  ];
  const made = view({
    sources: sources.map((url) => ({ name: "A list", url, date: null })),
  });
  expect(made?.sources.map(({ url }) => url)).toEqual([null, null, null]);
});

test("names that turn the text around are harmless", () => {
  const made = view({ display_name: "Alice \u202egro.live\u202c" });
  expect(made?.name).toBe("Alice gro.live");
  expect(made?.label).not.toMatch(/[\u202a-\u202e]/u);
});

test.each(LANGUAGES)("every sentence is there in %s", (locale) => {
  const made = makeBadgeView(
    junho,
    { row: JUNHO, profile: null },
    NOBODY,
    { tag: locale, translate: makeTranslate(locale) },
    NOW,
  );
  expect(Object.values(made?.words ?? {}).every(Boolean)).toBe(true);
  expect(made?.direction).toBe(locale === "ar" ? "rtl" : "ltr");
});
