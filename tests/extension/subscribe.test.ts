// The page on one's own server where an account elsewhere is followed: named by WebFinger, on public https hosts only.
import { afterEach, expect, test, vi } from "vitest";
import { acctIn, findFollowPage } from "../../extension/lib/page/own-server";
import { namedFollowPage } from "../../extension/lib/rules/subscribe";

const ACCT = "ada@quai.example.org";
const documentWith = (template: unknown) => ({
  subject: "acct:me@home.example.org",
  links: [
    { rel: "self", href: "https://home.example.org/users/me" },
    { rel: "http://ostatus.org/schema/1.0/subscribe", template },
  ],
});

/** Answer every request with this document, or with 404; returns the addresses asked for. */
function answerWith(document: unknown): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: URL) => {
    asked.push(url.href);
    const answer =
      document === null
        ? new Response("", { status: 404 })
        : Response.json(document);
    return Promise.resolve(answer);
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the page that the own account's WebFinger names is opened for the account", () => {
  expect(
    namedFollowPage(
      documentWith("https://home.example.org/authorize_interaction?uri={uri}"),
      ACCT,
    ),
  ).toBe(
    "https://home.example.org/authorize_interaction?uri=ada%40quai.example.org",
  );
});

test.each([
  ["http", "http://home.example.org/follow?uri={uri}"],
  ["a local name", "https://router.lan/follow?uri={uri}"],
  ["an address in numbers", "https://192.168.1.1/follow?uri={uri}"],
  ["a port", "https://home.example.org:8443/follow?uri={uri}"],
  ["a user", "https://me@home.example.org/follow?uri={uri}"],
  ["a script", "javascript:alert({uri})"],
  ["no place for the account", "https://home.example.org/follow"],
  ["no text", 17],
  ["a text without end", `https://home.example.org/${"a".repeat(600)}{uri}`],
])("a template with %s is not used", (_, template) => {
  expect(namedFollowPage(documentWith(template), ACCT)).toBeNull();
});

test.each([null, [], "text", {}, { links: {} }, { links: [null, 1] }])(
  "a document without usable links names no page: %j",
  (document) => {
    expect(namedFollowPage(document, ACCT)).toBeNull();
  },
);

test("with the whole address its server is asked once alone", async () => {
  const asked = answerWith(
    documentWith("https://social.example.org/follow?acct={uri}"),
  );
  expect(await findFollowPage(" @me@home.example.org ", ACCT)).toBe(
    "https://social.example.org/follow?acct=ada%40quai.example.org",
  );
  expect(asked).toEqual([
    "https://home.example.org/.well-known/webfinger?resource=acct%3Ame%40home.example.org",
  ]);
});

test("a server that names its links but no follow page has none", async () => {
  answerWith({ links: [] });
  expect(await findFollowPage("me@home.example.org", ACCT)).toBeNull();
});

test("without an answer, or with the server's name only, Mastodon's own path is used", async () => {
  const asked = answerWith(null);
  const usual =
    "https://home.example.org/authorize_interaction?uri=ada%40quai.example.org";
  expect(await findFollowPage("me@home.example.org", ACCT)).toBe(usual);
  expect(await findFollowPage("home.example.org", ACCT)).toBe(usual);
  expect(asked).toHaveLength(1);
});

test.each([
  "localhost",
  "192.168.1.1",
  "https://[::1]/",
  "router.lan",
  "",
  "a@b@c",
])("%j is no server", async (typed) => {
  await expect(findFollowPage(typed, ACCT)).rejects.toMatchObject({
    code: "invalid_server",
  });
});

test("the page's address carries one account and nothing else", () => {
  expect(acctIn("#ada%40quai.example.org")).toBe(ACCT);
  for (const hash of [
    "",
    "#",
    "#ada",
    "#a@b@c",
    "#a b@c.org",
    "#%E0%A4%A",
    "#ada@quai.example.org/x",
  ])
    expect(acctIn(hash), hash).toBeNull();
});
