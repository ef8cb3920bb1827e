// X's answers -> people: every shape X has used, one result; and nothing that a hostile answer could do.
import { expect, test } from "vitest";
import { parseJson } from "../../extension/lib/x/json";
import { toSeenUser } from "../../extension/lib/messages/schemas";
import { expandedBio } from "../../extension/lib/rules/profile";
import { usersIn } from "../../extension/lib/x/answers/users";
import {
  listAskedFor,
  listOf,
  readListPart,
  readTotal,
} from "../../extension/lib/x/answers/lists";
import { MAX_ANSWER, parseAnswer } from "../../extension/lib/x/answers/channel";
import { processorTime } from "./processor_time";

const BIO = "Poète. https://t.co/AAAA";
const SHORT = {
  url: "https://t.co/AAAA",
  expanded_url: "https://ada.example.org",
};
const SITE = {
  url: "https://t.co/BBBB",
  expanded_url: "https://quai.example.org/@ada",
};
const ENTITIES = { description: { urls: [SHORT] }, url: { urls: [SITE] } };
const id = "9000000000011000033";

/** Ada as X wrote her until May 2025, until July 2026, since August 2026, and as its new client gets her. */
const ERAS = {
  "until May 2025": {
    __typename: "User",
    rest_id: id,
    legacy: {
      screen_name: "ada_nouvelle",
      name: "Ada",
      description: BIO,
      location: "Turin",
      entities: ENTITIES,
      url: "https://t.co/BBBB",
    },
  },
  "until July 2026": {
    __typename: "User",
    rest_id: id,
    core: { screen_name: "ada_nouvelle", name: "Ada" },
    location: { location: "Turin" },
    legacy: { description: BIO, entities: ENTITIES },
    profile_bio: { description: BIO },
  },
  "since August 2026": {
    __typename: "User",
    rest_id: id,
    core: { screen_name: "ada_nouvelle", name: "Ada" },
    location: { location: "Turin" },
    profile_bio: { description: BIO, entities: ENTITIES },
    website: { url: "https://t.co/BBBB" },
  },
  "the new client": {
    __typename: "User",
    id: btoa(`User:${id}`),
    core: { screen_name: "ada_nouvelle", name: "Ada", created_at_ms: 1 },
    location: { location: "Turin" },
    profile_bio: { description: BIO, entities: ENTITIES },
  },
};
const ADA = {
  rest_id: id,
  screen_name: "ada_nouvelle",
  display_name: "Ada",
  bio: BIO,
  location: "Turin",
  website: "https://quai.example.org/@ada",
  links: [{ short: "https://t.co/AAAA", long: "https://ada.example.org" }],
};

const inside = (user: object) => ({
  data: {
    list: [
      {
        content: {
          user_results: {
            __typename: "UserResults",
            rest_id: id,
            result: user,
          },
        },
      },
    ],
  },
});
// As lib/x/answers/listen.ts reads an answer.
const readUsers = (text: string) => usersIn(parseJson(text, MAX_ANSWER));
const read = (value: unknown) => readUsers(JSON.stringify(value));

test.each(Object.keys(ERAS) as (keyof typeof ERAS)[])(
  "%s: the same person comes out",
  (era) => {
    expect(read(inside(ERAS[era]))).toEqual([ADA]);
  },
);

test("a biography reads with its links where they lead", () => {
  expect(expandedBio(ADA)).toBe("Poète. https://ada.example.org");
});

test("half a person does not unsay what a whole one said, wherever it stands", () => {
  const half = {
    __typename: "User",
    rest_id: id,
    core: { screen_name: "ada_nouvelle" },
  };
  const whole = ERAS["since August 2026"];
  expect(read([half, whole])).toEqual([ADA]);
  expect(read([whole, half])).toEqual([ADA]);
});

test("links that stand in both places are told once, and an empty place does not hide a filled one", () => {
  const both = {
    ...ERAS["until July 2026"],
    profile_bio: { description: BIO, entities: ENTITIES },
  };
  expect(read(both)).toEqual([ADA]);
  const empty = { description: { urls: [] }, url: { urls: [] } };
  expect(
    read({ ...both, profile_bio: { description: BIO, entities: empty } }),
  ).toEqual([ADA]);
});

const BARE = {
  __typename: "User",
  core: ERAS["the new client"].core,
  location: { location: "Turin" },
  profile_bio: ERAS["the new client"].profile_bio,
};

test("a person whose id stands only in X's global id is read", () => {
  expect(read(ERAS["the new client"])).toEqual([ADA]);
});

test("a person without an id inside is the one whose id stands around them", () => {
  expect(
    read({
      user_results: { __typename: "UserResults", rest_id: id, result: BARE },
    }),
  ).toEqual([ADA]);
  expect(
    read({ user_results: { id: btoa(`UserResults:${id}`), result: BARE } }),
  ).toEqual([]);
});

test.each([
  [
    "a post whose audience is limited",
    {
      tweet_results: {
        result: {
          __typename: "TweetWithVisibilityResults",
          tweet: { core: inside(ERAS["until May 2025"]) },
        },
      },
    },
  ],
  [
    "a quote in a repost",
    {
      legacy: {
        retweeted_status_result: {
          result: {
            quoted_status_result: {
              result: { core: inside(ERAS["since August 2026"]) },
            },
          },
        },
      },
    },
  ],
  [
    "a list of answers",
    [
      { data: null, errors: [{ message: "no" }] },
      inside(ERAS["until July 2026"]),
    ],
  ],
])("%s: its author", (_, answer) => {
  expect(read(answer)).toEqual([ADA]);
});

test.each([
  [
    "a deleted person",
    { __typename: "UserUnavailable", rest_id: id, reason: "Suspended" },
  ],
  [
    "a mention in a post",
    { id_str: id, screen_name: "ada_nouvelle", name: "Ada", indices: [0, 3] },
  ],
  ["the owner of a list of posts", { __typename: "User", timeline: {} }],
  [
    "a person with a name and no id",
    { __typename: "User", core: { screen_name: "ada_nouvelle" } },
  ],
])("%s: no person", (_, value) => {
  expect(read({ data: { user: { result: value } } })).toEqual([]);
});

test("an empty biography is one; a missing one is not known", () => {
  const [empty] = read({
    ...ERAS["since August 2026"],
    profile_bio: { description: "" },
  });
  expect([empty?.bio, empty?.links]).toEqual(["", []]);
  const [none] = read({ ...ERAS["since August 2026"], profile_bio: {} });
  expect(none?.bio).toBeNull();
});

test.each([
  ["an id that is a number", { rest_id: 9000000000011000033 }],
  ["an id that is no id", { rest_id: "12; drop" }],
  ["an id of 21 digits", { rest_id: "1".repeat(21) }],
  ["no name", { core: { name: "Ada" } }],
  ["a name with a space", { core: { screen_name: "ada nouvelle" } }],
  ["a name that is a list", { core: { screen_name: ["ada"] } }],
  ["another type", { __typename: "Tweet" }],
])("%s: no person", (_, change) => {
  expect(read({ ...ERAS["since August 2026"], ...change })).toEqual([]);
});

test("texts stay text, and links other than http are left out", () => {
  const name = "<img src=x onerror=alert(1)>";
  const urls = [
    { url: "javascript:alert(1)", expanded_url: "javascript:alert(1)" },
    { url: "https://t.co/x", expanded_url: "data:text/html,x" },
  ];
  const [user] = read({
    ...ERAS["since August 2026"],
    core: { screen_name: "ada", name },
    profile_bio: {
      description: name,
      entities: { description: { urls }, url: { urls } },
    },
  });
  expect(user).toMatchObject({
    display_name: name,
    bio: name,
    website: null,
    links: [],
  });
});

test("keys of the prototype are keys like others", () => {
  const text = `{"__proto__": {"__typename": "User"}, "constructor": {"prototype": {"polluted": 1}}, "rest_id": "${id}",
    "core": {"__proto__": {"screen_name": "ghost"}}, "list": [${JSON.stringify(ERAS["until May 2025"])}]}`;
  expect(readUsers(text)).toEqual([ADA]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(
    read({
      __typename: "User",
      rest_id: id,
      core: { hasOwnProperty: 1, toString: "x", screen_name: "ada" },
    }),
  ).toHaveLength(1);
});

test("what is nested 100,000 deep is no reason to fail", () => {
  expect(readUsers(`${"[".repeat(100_000)}1${"]".repeat(100_000)}`)).toEqual(
    [],
  );
  expect(
    readUsers(
      `${'{"a":'.repeat(5_000)}${JSON.stringify(ERAS["until May 2025"])}${"}".repeat(5_000)}`,
    ),
  ).toEqual([ADA]);
});

test("an answer of ten million characters in X's shape is read whole", () => {
  const about = {
    ...ERAS["since August 2026"],
    relationship_counts: { followers: 1, following: 2 },
    padding: "x".repeat(700),
  };
  const people = Array.from({ length: 8_000 }, (_, at) =>
    inside({ ...about, rest_id: String(9_000_000_000 + at) }),
  );
  const text = JSON.stringify(people);
  expect(text.length).toBeGreaterThan(9_000_000);
  expect(readUsers(text)).toHaveLength(8_000);
});

test("ten million characters and a million users are read as far as honest answers go, and quickly", () => {
  const users = Array.from(
    { length: 100_000 },
    (_, at) =>
      `{"__typename":"User","rest_id":"${String(at + 1)}","core":{"screen_name":"u${String(at)}"}}`,
  );
  const text = `[${users.join(",")}]`;
  expect(text.length).toBeGreaterThan(6_000_000);
  const took = processorTime(() => {
    expect(readUsers(text)).toHaveLength(10_000);
  });
  expect(took).toBeLessThan(3_000);
  expect(readUsers(`[${"null,".repeat(1_999_999)}null]`)).toEqual([]);
  expect(
    readUsers(JSON.stringify(ERAS["until May 2025"]).padEnd(MAX_ANSWER)),
  ).toEqual([ADA]);
  expect(
    readUsers(JSON.stringify(ERAS["until May 2025"]).padEnd(MAX_ANSWER + 1)),
  ).toEqual([]);
});

test.each([["", "half an {", "null", "7", '"text"', "[[]]"]])(
  "%j has no person",
  (text) => {
    expect(readUsers(text)).toEqual([]);
  },
);

test("a record from another context is checked again", () => {
  expect(toSeenUser({ ...ADA, more: 1 })).toEqual(ADA);
  expect(
    toSeenUser({
      ...ADA,
      bio: 7,
      website: "javascript:1",
      links: [{ short: 1 }, null, ...ADA.links],
    }),
  ).toEqual({ ...ADA, bio: null, website: null });
  for (const wrong of [
    null,
    "x",
    [],
    { ...ADA, rest_id: 7 },
    { ...ADA, screen_name: "a b" },
  ])
    expect(toSeenUser(wrong)).toBeNull();
});

// Lists.

const entry = (name: string, content: object = {}) => ({
  entryId: name,
  content,
});
const part = (cursor: string, ...entries: object[]) => ({
  entries: [
    ...entries,
    entry("cursor-bottom-1", { value: cursor }),
    entry("cursor-top-2", { value: "0|9" }),
  ],
});

test("members of a list are its entries, not everybody in the answer", () => {
  const answer = part(
    "17|1",
    entry(`user-${id}`, ERAS["until May 2025"]),
    entry("who-to-follow-1", { __typename: "User", rest_id: "2" }),
  );
  expect(readListPart(answer)).toEqual({
    members: new Set([id]),
    isLast: false,
  });
});

test("X's cursor says when nothing follows; the one to the top says nothing", () => {
  expect(readListPart(part("0|1")).isLast).toBe(true);
  expect(readListPart(part("170|1")).isLast).toBe(false);
  expect(
    readListPart({ entry_id: "cursor-bottom-3", content: { value: "0|5" } })
      .isLast,
  ).toBe(true);
});

test.each([
  ["/odile_passe/following", "following"],
  ["/Odile_Passe/followers/", "followers"],
  ["/somebody/following", null],
  ["/odile_passe", null],
  ["/odile_passe/following/more", null],
  ["/odile_passe/verified_followers", null],
])("%s shows %s of the person signed in", (path, kind) => {
  expect(listOf(path, "odile_passe")).toBe(kind);
});

test("what is asked for tells which list it is", () => {
  expect(
    ["Following", "Followers", "BlueVerifiedFollowers", "UserTweets"].map(
      listAskedFor,
    ),
  ).toEqual(["following", "followers", null, null]);
});

test("how many stand in a list is read in each era, and only a number that can be one", () => {
  expect(
    readTotal(
      {
        ...ERAS["since August 2026"],
        relationship_counts: { following: 800, followers: 3 },
      },
      id,
      "following",
    ),
  ).toBe(800);
  expect(
    readTotal(
      {
        __typename: "User",
        rest_id: id,
        legacy: { friends_count: 7, followers_count: 9 },
      },
      id,
      "followers",
    ),
  ).toBe(9);
  for (const wrong of ["800", -1, 1.5, 1e300, null]) {
    expect(
      readTotal(
        {
          __typename: "User",
          rest_id: id,
          relationship_counts: { following: wrong },
        },
        id,
        "following",
      ),
    ).toBeNull();
  }
  expect(
    readTotal(
      {
        __typename: "User",
        rest_id: "2",
        relationship_counts: { following: 5 },
      },
      id,
      "following",
    ),
  ).toBeNull();
});

test("what an event carries is an answer or nothing", () => {
  expect(parseAnswer("Following /ada/following\n{}")).toEqual({
    operation: "Following",
    path: "/ada/following",
    text: "{}",
  });
  for (const wrong of [
    null,
    7,
    {},
    [],
    "",
    "no line break",
    "Following\n{}",
    "a b c /x\n{}",
    `${"x".repeat(700)}\n`,
    "x".repeat(MAX_ANSWER + 500),
  ]) {
    expect(parseAnswer(wrong)).toBeNull();
  }
});

const PICTURE = "https://pbs.twimg.com/profile_images/9/ada-1_normal.jpg";

test.each<[string, object, string | undefined]>([
  ["since 2025", { avatar: { image_url: PICTURE } }, PICTURE],
  ["before", { legacy: { profile_image_url_https: PICTURE } }, PICTURE],
  [
    "another host",
    { avatar: { image_url: PICTURE.replace("com", "example.net") } },
    undefined,
  ],
  [
    "not https",
    { avatar: { image_url: PICTURE.replace("https", "http") } },
    undefined,
  ],
  [
    "with a query",
    { avatar: { image_url: `${PICTURE}?about=ada` } },
    undefined,
  ],
])(
  "the address of a picture is read only where it is on X's own host: %s",
  (_, fields, expected) => {
    const user = {
      __typename: "User",
      rest_id: id,
      core: { screen_name: "ada" },
      ...fields,
    };
    expect(usersIn(user)[0]?.picture).toBe(expected);
  },
);

test("the address of a picture from another context is checked again", () => {
  expect(toSeenUser({ ...ADA, picture: PICTURE })?.picture).toBe(PICTURE);
  expect(toSeenUser({ ...ADA, picture: "https://example.net/a.jpg" })).toEqual(
    ADA,
  );
});
