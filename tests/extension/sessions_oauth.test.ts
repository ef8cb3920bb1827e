// Sessions on Bluesky by OAuth, with the real client library against a fake server that checks proofs and uses tokens once.
import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { makeSessions, SessionError } from "../../extension/lib/sessions";
import { FURTHER, scopeFor } from "../../extension/lib/sessions/bluesky/scope";
import { signIn } from "../../extension/lib/sessions/bluesky/sign-in";
import * as store from "../../extension/lib/sessions/store";
import { locks } from "./locks";

declare const OAUTH_CLIENT: { readonly scope: string };

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const HANDLE = "ada.passerelle.eu";
const PDS = "https://pds.passerelle.eu";
const ISSUER = "https://login.passerelle.eu"; // another host than the PDS, as for every bsky.social account
const REDIRECT =
  "https://hnbgffhmacfghnobfokdpkhfkmgjcikd.chromiumapp.org/bluesky";
const FOLLOW = "atproto repo:app.bsky.graph.follow?action=create&action=delete";
const LIST = { method: "GET", path: "/xrpc/com.atproto.repo.listRecords?a=b" };

interface Proof {
  readonly iat: number;
  readonly htm: string;
  readonly htu: string;
  readonly nonce?: string;
  readonly ath?: string;
}

/** Authorization server and PDS in one: tokens are numbered, a refresh token works once, proofs need the nonce. */
class Servers {
  readonly asked: string[] = [];
  readonly proofs: Proof[] = [];
  readonly revoked: string[] = [];
  pushed = new URLSearchParams();
  granted = FOLLOW;
  number = 0;
  expiresIn = 3600;
  clockIsWrong = false;
  isDown = false;
  renewals: "answered" | "dropped" | "unreachable" = "answered";
  refreshing: () => Promise<void> = () => Promise.resolve();

  fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const isRenewal = url.pathname === "/oauth/token" && this.number > 0;
    const isSilent = isRenewal && this.renewals === "unreachable";
    if (this.isDown || isSilent)
      throw new SessionError("server_unreachable", { host: url.host });
    this.asked.push(url.pathname);
    const proof = request.headers.get("dpop");
    if (proof) {
      const refusal = this.check(proof, url.origin === ISSUER);
      if (refusal) return refusal;
    }
    const answer = await this.answer(url, request);
    if (isRenewal && this.renewals === "dropped")
      throw new SessionError("server_unreachable", { host: url.host });
    return answer;
  };

  private check(proof: string, isIssuer: boolean): Response | null {
    const payload = JSON.parse(
      Buffer.from(proof.split(".")[1] ?? "", "base64url").toString(),
    ) as Proof;
    this.proofs.push(payload);
    const error = this.clockIsWrong ? "invalid_dpop_proof" : "use_dpop_nonce";
    if (!this.clockIsWrong && payload.nonce === "the-nonce") return null;
    return isIssuer
      ? json({ error }, 400, { "dpop-nonce": "the-nonce" })
      : json({ error }, 401, {
          "dpop-nonce": "the-nonce",
          "www-authenticate": `DPoP error="${error}"`,
        });
  }

  private async answer(url: URL, request: Request): Promise<Response> {
    const form = new URLSearchParams(
      request.method === "POST" ? await request.text() : "",
    );
    switch (decodeURIComponent(url.pathname)) {
      case "/xrpc/com.atproto.identity.resolveHandle":
        return json({ did: DID });
      case `/${DID}`:
        return json({
          id: DID,
          alsoKnownAs: [`at://${HANDLE}`],
          service: [
            {
              id: "#atproto_pds",
              type: "AtprotoPersonalDataServer",
              serviceEndpoint: PDS,
            },
          ],
        });
      case "/.well-known/oauth-protected-resource":
        return json({ resource: PDS, authorization_servers: [ISSUER] });
      case "/.well-known/oauth-authorization-server":
        return json(METADATA);
      case "/oauth/par":
        this.pushed = form;
        return json({ request_uri: "urn:request:1", expires_in: 299 }, 201);
      case "/oauth/token":
        return this.token(form);
      case "/oauth/revoke":
        this.revoked.push(form.get("token") ?? "");
        return json({});
      default:
        return this.resource(request);
    }
  }

  private async token(form: URLSearchParams): Promise<Response> {
    if (form.get("grant_type") === "refresh_token") {
      await this.refreshing();
      if (form.get("refresh_token") !== `refresh-${this.number}`)
        return json({ error: "invalid_grant" }, 400);
    }
    this.number += 1;
    return json({
      access_token: `access-${this.number}`,
      refresh_token: `refresh-${this.number}`,
      token_type: "DPoP",
      expires_in: this.expiresIn,
      scope: this.granted,
      sub: DID,
    });
  }

  private resource(request: Request): Response {
    const isCurrent =
      request.headers.get("authorization") === `DPoP access-${this.number}`;
    return isCurrent
      ? json({ records: [] })
      : json({ error: "invalid_token", message: '"exp"' }, 401, {
          "www-authenticate": 'DPoP error="invalid_token"',
        });
  }
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/oauth/authorize`,
  token_endpoint: `${ISSUER}/oauth/token`,
  pushed_authorization_request_endpoint: `${ISSUER}/oauth/par`,
  revocation_endpoint: `${ISSUER}/oauth/revoke`,
  require_pushed_authorization_requests: true,
  authorization_response_iss_parameter_supported: true,
  client_id_metadata_document_supported: true,
  dpop_signing_alg_values_supported: ["ES256"],
  token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
  response_types_supported: ["code"],
  grant_types_supported: ["authorization_code", "refresh_token"],
  code_challenge_methods_supported: ["S256"],
  scopes_supported: ["atproto"],
};

function json(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

const NOW = new Date("2026-11-27T10:00:00Z");
let clock = NOW;
let servers: Servers;
let exclusively: ReturnType<typeof locks>;

const context = () =>
  makeSessions({
    send: () => Promise.reject(new Error("not used by OAuth")),
    fetch: (input, init) => servers.fetch(input, init),
    exclusively,
    now: () => clock,
  });
let sessions: ReturnType<typeof context>;

beforeEach(async () => {
  await store.clear();
  clock = NOW;
  servers = new Servers();
  exclusively = locks();
  sessions = context();
});

const returned = (over: Record<string, string> = {}) => {
  const state = servers.pushed.get("state") ?? "";
  const query = new URLSearchParams({
    code: "a-code",
    state,
    iss: ISSUER,
    ...over,
  });
  return `${REDIRECT}?${query}`;
};
const signInParts = (openPage: (url: string) => Promise<string>) => ({
  fetch: ((input, init) =>
    servers.fetch(input, init)) as typeof globalThis.fetch,
  exclusively,
  openPage,
  redirect: REDIRECT,
});
const enter = async (
  openPage: (url: string) => Promise<string> = () =>
    Promise.resolve(returned()),
) => {
  return sessions.add(await signIn(signInParts(openPage), HANDLE));
};
const stored = async () => {
  const session = await store.get(DID);
  return session?.kind === "oauth" ? session.tokens : null;
};
const code = (wanted: string) =>
  expect.objectContaining({ code: wanted }) as object;

test("signing in asks for following only, stores a key that cannot be read, and shows no token to pages", async () => {
  const account = await enter();
  expect(account).toEqual({
    kind: "oauth",
    network: "bluesky",
    id: DID,
    address: HANDLE,
    server: PDS,
    expired: false,
    endsAt: "2026-12-11T10:00:00.000Z",
    maySearch: false,
    mayClaim: false,
    mayBlock: false,
  });
  expect(servers.pushed.get("scope")).toBe(FOLLOW);
  expect(servers.pushed.get("code_challenge_method")).toBe("S256");
  expect(servers.pushed.get("redirect_uri")).toBe(REDIRECT);
  const key = (await stored())?.key.privateKey;
  expect([key?.type, key?.extractable]).toEqual(["private", false]);
  await expect(
    crypto.subtle.exportKey("jwk", key as CryptoKey),
  ).rejects.toThrow();
});

test("searching accounts is asked for by a further consent, whose tokens replace the earlier ones", async () => {
  await enter();
  const searching = "rpc:app.bsky.actor.searchActors?aud=*";
  servers.granted = `${FOLLOW} ${searching}`;
  const parts = signInParts(() => Promise.resolve(returned()));
  await sessions.add(await signIn(parts, DID, ["search"]));
  expect(servers.pushed.get("scope")).toBe(`${FOLLOW} ${searching}`);
  expect(await sessions.list()).toMatchObject([{ id: DID, maySearch: true }]);
  await expect.poll(() => servers.revoked.length).toBe(1);
});

test("the claim record and blocking are asked for together, and each is told from collections of similar names", async () => {
  const { claim, block } = FURTHER;
  // As servers write it who shorten what names every action: @atproto/oauth-scopes, normalizeAtprotoOauthScope.
  servers.granted = `${FOLLOW} repo:eu.passerelle.claim ${block}`;
  const parts = signInParts(() => Promise.resolve(returned()));
  await sessions.add(await signIn(parts, DID, ["claim", "block"]));
  expect(servers.pushed.get("scope")).toBe(`${FOLLOW} ${claim} ${block}`);
  expect(await sessions.list()).toMatchObject([
    { maySearch: false, mayClaim: true, mayBlock: true },
  ]);
  servers.granted = `${FOLLOW} repo:eu.passerelle.claims repo:app.bsky.graph.blocked`;
  await sessions.add(await signIn(parts, DID, ["claim"]));
  expect(await sessions.list()).toMatchObject([
    { mayClaim: false, mayBlock: false },
  ]);
});

test("the client's metadata names every scope that is asked for, or servers refuse the sign-in", () => {
  const named = OAUTH_CLIENT.scope.split(" ");
  for (const scope of scopeFor(["search", "claim", "block"]).split(" "))
    expect(named).toContain(scope);
});

test("a server that grants following alone is not searched", async () => {
  const parts = signInParts(() => Promise.resolve(returned()));
  const account = await sessions.add(await signIn(parts, DID, ["search"]));
  expect(account.maySearch).toBe(false);
});

test("each request carries the token and a proof of its own, dated a few seconds back", async () => {
  await enter();
  servers.proofs.length = 0;
  const before = Math.floor(Date.now() / 1000);
  expect((await sessions.authorizedFetch(DID, LIST)).status).toBe(200);
  const proof = servers.proofs.at(-1);
  expect(proof?.htu).toBe(`${PDS}/xrpc/com.atproto.repo.listRecords`);
  expect(proof?.htm).toBe("GET");
  expect(proof?.ath).toBeTruthy();
  expect(before - (proof?.iat ?? 0)).toBeGreaterThanOrEqual(4);
  expect(before - (proof?.iat ?? 0)).toBeLessThanOrEqual(6);
});

test("a token that the server calls invalid is renewed once and the request sent again", async () => {
  await enter();
  await outdate();
  expect((await sessions.authorizedFetch(DID, LIST)).status).toBe(200);
  expect((await stored())?.access).toBe("access-2");
});

/** Make the stored token one that the server no longer accepts, although it should still be good for an hour. */
const outdate = async () => {
  const session = await store.get(DID);
  if (session?.kind !== "oauth" || !session.tokens)
    throw new Error("no session");
  const tokens = { ...session.tokens, access: "access-0" };
  await store.update({ ...session, tokens });
};

test("a session is shown as ended two weeks after its sign-in, before its server was asked", async () => {
  await enter();
  const shown = async () => [
    (await sessions.current("bluesky"))?.expired,
    (await sessions.list())[0]?.expired,
  ];
  expect(await shown()).toEqual([false, false]);
  clock = new Date("2026-12-11T10:00:00Z");
  expect(await shown()).toEqual([true, true]);
  clock = NOW; // as where the clock was wrong
  expect(await shown()).toEqual([false, false]);
});

test("a renewal that cannot reach its server does not end the session of a refused token", async () => {
  await enter();
  await outdate();
  servers.renewals = "unreachable";
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("server_unreachable"),
  );
  expect((await sessions.current("bluesky"))?.expired).toBe(false);
  servers.renewals = "answered";
  expect((await sessions.authorizedFetch(DID, LIST)).status).toBe(200);
});

test("a renewal whose answer is lost ends the session, since its refresh token is used up", async () => {
  await enter();
  await outdate();
  servers.renewals = "dropped";
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("server_unreachable"),
  );
  servers.renewals = "answered";
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("session_expired"),
  );
  expect((await sessions.current("bluesky"))?.expired).toBe(true);
});

test("contexts that renew at the same moment use a refresh token once", async () => {
  servers.expiresIn = 1; // counts as run out: the client renews at least ten seconds before
  await enter();
  servers.expiresIn = 3600;
  const others = [context(), context(), context()];
  const replies = await Promise.all(
    others.map((one) => one.authorizedFetch(DID, LIST)),
  );
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(servers.number).toBe(2);
});

test("a refresh token that was used elsewhere ends the session, told now and the next time", async () => {
  servers.expiresIn = 1; // counts as run out: the client renews at least ten seconds before
  await enter();
  servers.number = 7;
  for (let times = 0; times < 2; times++)
    await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
      code("session_expired"),
    );
  expect((await sessions.current("bluesky"))?.expired).toBe(true);
});

test("tokens that a renewal brings after the sign-out are revoked", async () => {
  servers.expiresIn = 1; // counts as run out: the client renews at least ten seconds before
  await enter();
  servers.refreshing = () => sessions.signOut(DID);
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("not_signed_in"),
  );
  expect(servers.revoked).toContain("refresh-2");
  expect(await store.all()).toEqual([]);
});

test("signing out revokes at the server, and forgets first even where it is down", async () => {
  await enter();
  await sessions.signOut(DID);
  expect(servers.revoked).toEqual(["access-1"]);
  await enter();
  servers.isDown = true;
  await sessions.signOut(DID);
  expect(await store.all()).toEqual([]);
});

test("a wrong clock is called that, at the sign-in and at a request", async () => {
  servers.clockIsWrong = true;
  await expect(enter()).rejects.toEqual(code("clock_wrong"));
  servers.clockIsWrong = false;
  await enter();
  servers.clockIsWrong = true;
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("clock_wrong"),
  );
  expect((await sessions.current("bluesky"))?.expired).toBe(false);
});

test("a refusal, a closed window and a server that is down are told apart", async () => {
  const denied = () =>
    Promise.resolve(returned({ error: "access_denied", code: "" }));
  await expect(enter(denied)).rejects.toEqual(code("sign_in_denied"));
  const closed = () =>
    Promise.reject(new SessionError("sign_in_closed", { host: "h" }));
  await expect(enter(closed)).rejects.toEqual(code("sign_in_closed"));
  servers.isDown = true;
  await expect(enter()).rejects.toEqual(code("server_unreachable"));
});

test.each([
  ["another state", { state: "another" }],
  ["another issuer", { iss: "https://evil.passerelle.eu" }],
])("an answer with %s signs in no one", async (_, over) => {
  await expect(enter(() => Promise.resolve(returned(over)))).rejects.toThrow(
    SessionError,
  );
  expect(await store.all()).toEqual([]);
  expect(servers.number).toBe(0);
});

test("a server that grants no following is left again, and its token revoked", async () => {
  servers.granted = "atproto";
  await expect(enter()).rejects.toEqual(code("scope_missing"));
  expect(servers.revoked).toEqual(["access-1"]);
});

test("a token is sent to the account's own server only", async () => {
  await enter();
  servers.asked.length = 0;
  for (const path of ["//evil.passerelle.eu/x", "https://evil.passerelle.eu/x"])
    await expect(
      sessions.authorizedFetch(DID, { method: "GET", path }),
    ).rejects.toEqual(code("server_error"));
  expect(servers.asked).not.toContain("/x");
});

test("a server that is down while renewing does not end the session", async () => {
  servers.expiresIn = 1; // counts as run out: the client renews at least ten seconds before
  await enter();
  servers.isDown = true;
  await expect(sessions.authorizedFetch(DID, LIST)).rejects.toEqual(
    code("server_unreachable"),
  );
  expect((await sessions.current("bluesky"))?.expired).toBe(false);
});
