// Signing in to Mastodon and compatible servers: registration, the server's page, the code, the token, and its end.
import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { makeSessions, SessionError } from "../../extension/lib/sessions";
import { parsed } from "../../extension/lib/sessions/answers";
import {
  consentToPost,
  finish,
  OUT_OF_BAND,
  signIn,
  start,
} from "../../extension/lib/sessions/mastodon/sign-in";
import { parseTyped } from "../../extension/lib/sessions/mastodon/server";
import { challengeOf } from "../../extension/lib/sessions/random";
import type { Call, Reply, Send } from "../../extension/lib/sessions/records";
import * as store from "../../extension/lib/sessions/store";

const HOST = "social.passerelle.eu";
const REDIRECT = "https://extension.passerelle.eu/mastodon";
const CLIENT = {
  name: "Passerelle",
  website: "https://dir.passerelle.eu",
  redirect: REDIRECT,
};
const FULL = "read:accounts read:follows read:search write:follows";

interface Answer {
  status: number;
  body: unknown;
}
type Route = (fields: URLSearchParams, call: Call) => Answer;

/** One server of the network: answers by path, and checks what Mastodon checks. */
class Server {
  readonly asked: string[] = [];
  readonly apps = new Map<string, { secret: string; scopes: string }>();
  readonly tokens = new Set<string>();
  readonly revoked: string[] = [];
  grants: (scopes: string) => string | undefined = (scopes) => scopes;
  knows: (scopes: string) => boolean = () => true;
  webfinger: Record<string, { subject: string; self: string }> = {};
  isDown = false;
  private codes = new Map<string, URLSearchParams>();
  private made = 0;

  constructor(readonly host = HOST) {}

  readonly routes: Record<string, Route> = {
    "/api/v1/apps": (fields) => {
      const scopes = fields.get("scopes") ?? "";
      if (!this.knows(scopes))
        return {
          status: 422,
          body: {
            error: "Scopes doesn't match configured on the server.",
          },
        };
      const id = `app-${++this.made}`;
      this.apps.set(id, { secret: `secret-${this.made}`, scopes });
      return {
        status: 200,
        body: { client_id: id, client_secret: `secret-${this.made}` },
      };
    },
    "/oauth/token": (fields) => this.token(fields),
    "/oauth/revoke": (fields) => {
      this.revoked.push(fields.get("token") ?? "");
      this.tokens.delete(fields.get("token") ?? "");
      return { status: 200, body: {} };
    },
    "/api/v1/accounts/verify_credentials": (_, call) =>
      this.signedIn(call, { id: "1", username: "Camille" }),
    "/api/v1/accounts/relationships": (_, call) => this.signedIn(call, []),
    "/.well-known/webfinger": (fields) => {
      const found =
        this.webfinger[fields.get("resource")?.replace("acct:", "") ?? ""];
      if (!found) return { status: 404, body: null };
      const links = [{ rel: "self", href: found.self }];
      return {
        status: 200,
        body: { subject: `acct:${found.subject}`, links },
      };
    },
  };

  /** The server's page, after its Authorize button. Returns the address it leads to. */
  approve = async (url: string, over: Record<string, string> = {}) => {
    this.asked.push("page");
    const query = new URL(url).searchParams;
    const app = this.apps.get(query.get("client_id") ?? "");
    expect(query.get("redirect_uri")).toBe(REDIRECT);
    if (!app) throw new SessionError("sign_in_closed", { host: this.host });
    const code = `code-${++this.made}`;
    this.codes.set(code, query);
    const back = { code, state: query.get("state") ?? "", ...over };
    return Promise.resolve(`${REDIRECT}?${new URLSearchParams(back)}`);
  };

  /** The code that the page shows to copy. */
  codeFor(url: string): string {
    const code = `code-${++this.made}`;
    this.codes.set(code, new URL(url).searchParams);
    return code;
  }

  async answer(call: Call): Promise<Answer> {
    const url = new URL(call.path, `https://${this.host}`);
    this.asked.push(url.pathname);
    const body = new TextDecoder().decode(call.body ?? new Uint8Array());
    const fields = new URLSearchParams(
      call.method === "GET" ? url.search : body,
    );
    await this.checkVerifier(fields);
    const route = this.routes[url.pathname];
    return route ? route(fields, call) : { status: 404, body: "<html>" };
  }

  private async checkVerifier(fields: URLSearchParams): Promise<void> {
    const verifier = fields.get("code_verifier");
    const wanted = this.codes
      .get(fields.get("code") ?? "")
      ?.get("code_challenge");
    if (verifier && wanted && (await challengeOf(verifier)) !== wanted)
      this.codes.delete(fields.get("code") ?? "");
  }

  private token(fields: URLSearchParams): Answer {
    const app = this.apps.get(fields.get("client_id") ?? "");
    if (app?.secret !== fields.get("client_secret"))
      return { status: 401, body: { error: "invalid_client" } };
    if (fields.get("grant_type") === "client_credentials")
      return { status: 200, body: { access_token: "of-the-app" } };
    const code = this.codes.get(fields.get("code") ?? "");
    this.codes.delete(fields.get("code") ?? "");
    if (code?.get("redirect_uri") !== fields.get("redirect_uri"))
      return { status: 400, body: { error: "invalid_grant" } };
    const token = `token-${++this.made}`;
    this.tokens.add(token);
    const scope = this.grants(code?.get("scope") ?? "");
    return {
      status: 200,
      body: { access_token: token, ...(scope ? { scope } : {}) },
    };
  }

  private signedIn(call: Call, body: unknown): Answer {
    const token = call.headers?.authorization?.replace("Bearer ", "") ?? "";
    return this.tokens.has(token)
      ? { status: 200, body }
      : { status: 401, body: { error: "The access token was revoked" } };
  }
}

let server: Server;
let network: Map<string, Server>;
let sessions: ReturnType<typeof makeSessions>;

const send: Send = async (origin: string, call: Call): Promise<Reply> => {
  const { host } = new URL(origin);
  const there = network.get(host);
  if (!there || there.isDown)
    throw new SessionError("server_unreachable", { host });
  const { status, body } = await there.answer(call);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const bytes = new TextEncoder().encode(text);
  return { host, status, headers: {}, url: origin + call.path, body: bytes };
};

beforeEach(async () => {
  await store.clear();
  server = new Server();
  network = new Map([[HOST, server]]);
  sessions = makeSessions({
    send,
    fetch: () => Promise.reject(new Error("no fetch here")),
    exclusively: (_, work) => work(),
    now: () => new Date("2026-11-27T10:00:00Z"),
  });
});

const parts = (openPage = server.approve) => ({
  send,
  client: CLIENT,
  openPage,
});
const enter = async (typed = HOST, openPage = server.approve) =>
  sessions.add(await signIn(parts(openPage), typed, false));
const fetchSomething = (id: string) =>
  sessions.authorizedFetch(id, {
    method: "GET",
    path: "/api/v1/accounts/relationships",
  });

test("signing in stores the account by its address, and pages see no secret", async () => {
  const account = await enter();
  expect(account).toEqual({
    kind: "mastodon",
    network: "fediverse",
    id: `camille@${HOST}`,
    address: `camille@${HOST}`,
    server: `https://${HOST}`,
    expired: false,
    endsAt: null,
    maySearch: false,
    mayClaim: false,
    mayBlock: false,
  });
  expect(await sessions.current("fediverse")).toEqual(account);
  expect(JSON.stringify(await sessions.list())).not.toContain("token");
  expect((await fetchSomething(account.id)).status).toBe(200);
});

test.each([
  ["social.passerelle.eu", HOST, null],
  ["  @Camille@Social.Passerelle.EU ", HOST, "camille"],
  ["https://social.passerelle.eu/@camille", HOST, null],
  ["https://social.passerelle.eu/", HOST, null],
  ["münchen.social", "xn--mnchen-3ya.social", null],
])("%s is read as a server", (typed, host, username) => {
  expect(parseTyped(typed)).toEqual({ host, username });
});

test.each([
  "mastodon",
  "http://social.passerelle.eu",
  "127.0.0.1",
  "localhost",
  "nas.local",
  "a@b@social.passerelle.eu",
  "social.passerelle.eu:8443",
  "",
])("%j is no server on the internet", (typed) => {
  expect(() => parseTyped(typed)).toThrow(SessionError);
});

test("an address on Bluesky is called that", () => {
  expect(() => parseTyped("ada.bsky.social")).toThrow("bluesky_address");
});

test("one registration serves every sign-in at a server", async () => {
  await enter();
  await enter();
  expect(server.apps.size).toBe(1);
});

test("an app that the server has deleted is registered again before the page opens", async () => {
  await enter();
  server.apps.clear();
  server.asked.length = 0;
  await enter();
  expect(server.asked.filter((what) => what === "page")).toHaveLength(1);
  expect(server.apps.size).toBe(1);
});

test("an app deleted while the page is open is registered again, once", async () => {
  let opened = 0;
  const deleting = async (url: string) => {
    const back = await server.approve(url);
    if (++opened === 1) server.apps.clear();
    return back;
  };
  expect((await enter(HOST, deleting)).expired).toBe(false);
  const always = async (url: string) => {
    const back = await server.approve(url);
    server.apps.clear();
    return back;
  };
  opened = 0;
  await expect(enter(HOST, always)).rejects.toThrow();
  expect(server.asked.filter((what) => what === "page")).toHaveLength(4);
});

test("a code with another state is not exchanged", async () => {
  const forged = (url: string) => server.approve(url, { state: "another" });
  await expect(enter(HOST, forged)).rejects.toMatchObject({
    code: "sign_in_failed",
  });
  expect(server.tokens.size).toBe(0);
});

test("a verifier that does not fit its challenge gives no token", async () => {
  const started = await start(send, CLIENT, HOST);
  const code = server.codeFor(started.url);
  await expect(
    finish(send, { ...started, verifier: "another" }, code),
  ).rejects.toMatchObject({ code: "sign_in_refused_code" });
});

test("a refusal on the page is told as one, also without a state (Pixelfed)", async () => {
  const denied = () => Promise.resolve(`${REDIRECT}?error=access_denied`);
  await expect(enter(HOST, denied)).rejects.toMatchObject({
    code: "sign_in_denied",
    params: { host: HOST },
  });
});

test.each([
  "read:accounts read:follows read:search",
  "read write:statuses",
  "write",
])(
  "a server that grants only %s is left again, and its token revoked",
  async (granted) => {
    server.grants = () => granted;
    await expect(enter()).rejects.toMatchObject({ code: "scope_missing" });
    expect(server.revoked).toHaveLength(1);
    expect(server.tokens.size).toBe(0);
    expect(await sessions.list()).toEqual([]);
  },
);

test.each([undefined, "read follow", "read write", `profile ${FULL}`])(
  "a server that says it granted %s is accepted",
  async (granted) => {
    server.grants = () => granted;
    expect((await enter()).expired).toBe(false);
  },
);

test("a server that does not know parts of scopes is asked for whole ones", async () => {
  server.knows = (scopes) => !scopes.includes(":");
  await enter();
  expect([...server.apps.values()].map(({ scopes }) => scopes)).toEqual([
    "read follow",
  ]);
});

function runs(software: string): void {
  server.routes["/.well-known/nodeinfo"] = () => ({
    status: 200,
    body: { links: [{ href: `https://${HOST}/nodeinfo/2.0` }] },
  });
  server.routes["/nodeinfo/2.0"] = () => ({
    status: 200,
    body: { software: { name: software } },
  });
}

test.each([404, 405, 400])(
  "a server that answers %i to a registration is named by its software",
  async (status) => {
    server.routes["/api/v1/apps"] = () => ({ status, body: "no such route" });
    await expect(enter()).rejects.toMatchObject({ code: "server_without_api" });
    runs("misskey");
    await expect(enter()).rejects.toMatchObject({
      code: "server_software_without_api",
      params: { host: HOST, software: "misskey" },
    });
  },
);

test("a server whose refusal no page may read (CORS) is named by its software, one that is down is not", async () => {
  runs("lemmy");
  const readable = send;
  const unreadable: Send = (origin, call) =>
    call.path === "/api/v1/apps"
      ? Promise.reject(new SessionError("server_unreachable", { host: HOST }))
      : readable(origin, call);
  await expect(
    signIn({ ...parts(), send: unreadable }, HOST, false),
  ).rejects.toMatchObject({ code: "server_software_without_api" });
  server.isDown = true;
  await expect(enter()).rejects.toMatchObject({ code: "server_unreachable" });
});

test.each([
  [429, "rate_limited"],
  [403, "server_refused"],
  [503, "server_error"],
])("a registration answered with %i means %s", async (status, code) => {
  server.routes["/api/v1/apps"] = () => ({ status, body: {} });
  await expect(enter()).rejects.toMatchObject({ code });
});

test("an address whose domain is not its server leads to that server, and stays the account's address", async () => {
  const domain = new Server("passerelle.eu");
  network.set(domain.host, domain);
  const known = {
    subject: "camille@passerelle.eu",
    self: `https://${HOST}/users/camille`,
  };
  domain.webfinger["camille@passerelle.eu"] = known;
  server.webfinger[`camille@${HOST}`] = known;
  const account = await enter("camille@passerelle.eu");
  expect([account.id, account.server]).toEqual([
    "camille@passerelle.eu",
    `https://${HOST}`,
  ]);
});

test("a server cannot claim the address of a domain that does not name it", async () => {
  const victim = new Server("victim.passerelle.eu");
  network.set(victim.host, victim);
  server.webfinger[`camille@${HOST}`] = {
    subject: "camille@victim.passerelle.eu",
    self: `https://${HOST}/users/camille`,
  };
  expect((await enter()).id).toBe(`camille@${HOST}`);
});

test("signing out revokes the token with the app's secret", async () => {
  const account = await enter();
  const [token] = server.tokens;
  await sessions.signOut(account.id);
  expect(server.revoked).toEqual([token]);
  expect(await sessions.list()).toEqual([]);
});

test("a token revoked elsewhere ends the session; a 401 that is not the API's does not", async () => {
  const account = await enter();
  const relationships = server.routes["/api/v1/accounts/relationships"];
  server.routes["/api/v1/accounts/relationships"] = () => ({
    status: 401,
    body: "<h1>Login of a proxy</h1>",
  });
  expect((await fetchSomething(account.id)).status).toBe(401);
  expect((await sessions.current("fediverse"))?.expired).toBe(false);
  if (relationships)
    server.routes["/api/v1/accounts/relationships"] = relationships;
  server.tokens.clear();
  await expect(fetchSomething(account.id)).rejects.toMatchObject({
    code: "session_expired",
  });
  expect((await sessions.current("fediverse"))?.expired).toBe(true);
});

test("an account that the server has disabled is told as such", async () => {
  server.routes["/api/v1/accounts/verify_credentials"] = () => ({
    status: 403,
    body: { error: "Your login is currently disabled" },
  });
  await expect(enter()).rejects.toMatchObject({ code: "account_disabled" });
  expect(server.tokens.size).toBe(0);
});

test("a code copied from the server's page signs in, with an app of its own, and works once", async () => {
  const started = await start(send, CLIENT, HOST);
  expect(new URL(started.url).searchParams.get("redirect_uri")).toBe(
    OUT_OF_BAND,
  );
  const code = server.codeFor(started.url);
  const account = await sessions.add(await finish(send, started, ` ${code}\n`));
  expect(account.id).toBe(`camille@${HOST}`);
  await expect(finish(send, started, code)).rejects.toMatchObject({
    code: "sign_in_refused_code",
  });
});

test("a second account of a server is asked for with force_login", async () => {
  const pages: string[] = [];
  const noting = (url: string) => {
    pages.push(url);
    return server.approve(url);
  };
  await signIn(parts(noting), HOST, false);
  await signIn(parts(noting), HOST, true);
  expect(
    pages.map((url) => new URL(url).searchParams.get("force_login")),
  ).toEqual([null, "true"]);
});

test("an unreadable answer is no JSON", () => {
  const body = new TextEncoder().encode("<html>");
  expect(
    parsed({ host: HOST, status: 200, headers: {}, url: "", body }),
  ).toBeNull();
});

const consent = async () =>
  sessions.addConsent(await consentToPost(parts(), `https://${HOST}`, false));
const post = (id: string) =>
  sessions.authorizedFetch(
    id,
    { method: "GET", path: "/api/v1/accounts/relationships" },
    "post",
  );

test("a consent to post is asked for by an app of its own, signs posts only, and is revoked", async () => {
  const { id } = await enter();
  await expect(post(id)).rejects.toMatchObject({ code: "not_signed_in" });
  await consent();
  expect([...server.apps.values()].map(({ scopes }) => scopes)).toEqual([
    FULL,
    "read:accounts write:media write:statuses",
  ]);
  expect([await sessions.mayPost(id), await sessions.hasConsent(id)]).toEqual([
    true,
    true,
  ]);
  expect((await sessions.list()).map((one) => one.id)).toEqual([id]);
  expect((await post(id)).status).toBe(200);
  await sessions.endConsent(id);
  expect(server.revoked).toHaveLength(1);
  expect(await sessions.mayPost(id)).toBe(false);
  await expect(post(id)).rejects.toMatchObject({ code: "not_signed_in" });
  expect((await fetchSomething(id)).status).toBe(200);
});

test("a consent is registered once, and another one ends the first", async () => {
  await enter();
  await consent();
  await consent();
  expect(server.apps.size).toBe(2);
  expect(server.revoked).toHaveLength(1);
});

test("signing out and deleting everything end the consent, too", async () => {
  const { id } = await enter();
  await consent();
  await sessions.signOut(id);
  expect(server.tokens.size).toBe(0);
  await enter();
  await consent();
  await sessions.deleteAll();
  expect(server.tokens.size).toBe(0);
  expect(await sessions.hasConsent(id)).toBe(false);
});

test("a consent that the server has ended is over, and the sign-in is not", async () => {
  const { id } = await enter();
  await consent();
  const [, last] = [...server.tokens];
  server.tokens.delete(last ?? "");
  await post(id).catch(() => undefined);
  await expect(post(id)).rejects.toMatchObject({ code: "session_expired" });
  expect(await sessions.hasConsent(id)).toBe(false);
  expect((await fetchSomething(id)).status).toBe(200);
});

test("a server that grants less than posting is not believed to have agreed", async () => {
  await enter();
  server.grants = () => "read:accounts write:media";
  await expect(consent()).rejects.toMatchObject({ code: "scope_missing" });
  expect(server.revoked).toHaveLength(1);
});
