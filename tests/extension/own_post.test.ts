// The person's own post with the code of their claim: found in X's answers, and kept only where it is awaited.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { OWN_POST_HANDLERS } from "../../extension/lib/background/own-post";
import { answerContentScript } from "../../extension/lib/background/router";
import * as stores from "../../extension/lib/engine/stores";
import { onOwnPost, type OwnPost } from "../../extension/lib/messages/own-post";
import { findCodes, mayHaveCode } from "../../extension/lib/rules/claim-codes";
import { codedPostsIn } from "../../extension/lib/x/answers/posts";
import vectors from "../data/vectors/claim-codes.json";

const CODE = "psr-01234-56789-ABCDE-FGHJK";
const TEXT = `I have moved. #eXit\n${CODE.toLowerCase()}`;
const POST = "1936480450125496510";
const ID = "9000000000011000033";
const AUTHOR = {
  __typename: "User",
  rest_id: ID,
  core: { screen_name: "Ada_N" },
};
const OLD_AUTHOR = {
  __typename: "User",
  rest_id: ID,
  legacy: { screen_name: "Ada_N" },
};
const by = (result: object) => ({ user_results: { result } });
const FOUND = { post: POST, rest_id: ID, screen_name: "Ada_N", codes: [CODE] };

/** X's answers in which the post stands, by where. */
const ANSWERS = {
  "to posting, which leaves __typename out": {
    data: {
      create_tweet: {
        tweet_results: {
          result: {
            rest_id: POST,
            core: by(OLD_AUTHOR),
            legacy: { full_text: TEXT },
          },
        },
      },
    },
  },
  "to posting a long post": {
    data: {
      notetweet_create: {
        tweet_results: {
          result: {
            rest_id: POST,
            core: by(AUTHOR),
            legacy: { full_text: "I have…" },
            note_tweet: { note_tweet_results: { result: { text: TEXT } } },
          },
        },
      },
    },
  },
  "about a profile": {
    entries: [
      {
        content: {
          itemContent: {
            tweet_results: {
              result: {
                __typename: "Tweet",
                rest_id: POST,
                core: by(AUTHOR),
                legacy: { full_text: TEXT },
              },
            },
          },
        },
      },
    ],
  },
  "with limited visibility": {
    result: {
      __typename: "TweetWithVisibilityResults",
      tweet: { rest_id: POST, core: by(AUTHOR), legacy: { full_text: TEXT } },
    },
  },
  "of the new client": {
    result: {
      __typename: "Tweet",
      rest_id: POST,
      core: by(AUTHOR),
      details: { full_text: TEXT },
    },
  },
};

test.each(vectors.texts)(
  "the codes of $text are those that the core finds",
  ({ text, codes }) => {
    expect([...findCodes(text)].sort()).toEqual([...codes].sort());
    if (codes.length > 0) expect(mayHaveCode(text)).toBe(true);
  },
);

test.each(Object.entries(ANSWERS))(
  "a post with a code is found in an answer %s",
  (_, answer) => {
    expect(codedPostsIn(answer)).toEqual([FOUND]);
  },
);

test("posts without a code, and damaged ones, are left out", () => {
  const post = { rest_id: POST, core: by(AUTHOR), legacy: { full_text: TEXT } };
  const damaged = [
    { ...post, legacy: { full_text: "Good morning" } },
    { ...post, legacy: { full_text: 7 } },
    { ...post, rest_id: "x" },
    { ...post, core: {} },
    { ...post, core: by({ ...AUTHOR, core: { screen_name: "<b>" } }) },
    { legacy: { full_text: TEXT } },
    null,
  ];
  expect(codedPostsIn(damaged)).toEqual([]);
  expect(
    codedPostsIn(
      Array.from({ length: 100 }, (_, n) => ({
        ...post,
        rest_id: String(n + 1),
      })),
    ),
  ).toHaveLength(20);
});

// The background's part.

let state: Record<string, unknown>;

beforeEach(() => {
  fakeBrowser.reset();
  state = {};
  vi.spyOn(stores, "readState").mockImplementation(((key: string) =>
    Promise.resolve(state[key] ?? null)) as never);
});

const view = (over: object = {}) => ({
  purpose: "claim",
  status: "made",
  rest_id: ID,
  screen_name: "ada_n",
  code: CODE,
  sides: [],
  ...over,
});

const say = (over: object = {}) =>
  answerContentScript(OWN_POST_HANDLERS, {
    id: crypto.randomUUID(),
    type: "post.seen",
    ...FOUND,
    ...over,
  });

async function kept(): Promise<OwnPost[]> {
  const found: OwnPost[] = [];
  const stop = onOwnPost((post) => found.push(post));
  await new Promise((done) => setTimeout(done));
  stop();
  return found;
}

test.each(["join", "objection"])(
  "the own post with the awaited code of %s is kept and told",
  async (key) => {
    state[key] = view();
    const told: OwnPost[] = [];
    onOwnPost((post) => told.push(post));
    await say();
    const url = `https://x.com/Ada_N/status/${POST}`;
    expect(await kept()).toEqual([{ code: CODE, url }]);
    expect(told).toEqual([{ code: CODE, url }]);
  },
);

test.each([
  ["no claim", null, {}],
  ["another author", view(), { rest_id: "666" }],
  [
    "another author under the same id's old name",
    view(),
    { screen_name: "eve" },
  ],
  ["another code", view(), { codes: ["psr-01234-56789-ABCDE-FGHJM"] }],
  ["no code", view(), { codes: [] }],
  ["a claim without a code yet", view({ status: "starting", code: null }), {}],
  ["a claim that is over", view({ status: "withdrawn" }), {}],
  [
    "a claim whose post is proven",
    view({ sides: [{ side: "x", state: "holds" }] }),
    {},
  ],
])("nothing is kept with %s", async (_, join, seen) => {
  state.join = join;
  await say(seen);
  expect(await kept()).toEqual([]);
  expect(await fakeBrowser.storage.session.get()).toEqual({});
});

test.each([
  { codes: ["psr"] },
  { codes: Array(5).fill(CODE) },
  { post: "-1" },
  { screen_name: "a/b" },
])("a message of another shape is refused: %o", async (over) => {
  state.join = view();
  expect(await say(over)).toHaveProperty("error");
  expect(await kept()).toEqual([]);
});
