// Signing in to Mastodon and compatible servers by OAuth 2: registration, the server's own page, a code, a token.
// https://docs.joinmastodon.org/spec/oauth/
import { bearer, errorName, form, parsed, textField } from "../answers";
import { challengeOf, randomText } from "../random";
import { type App, type MastodonSession, type Reply, type Send, SessionError } from "../records";
import { type Client, explainRefusal, register, registered, TOKEN, UnknownScopes } from "./app";
import { revoke } from "./kind";
import { canonicalAcct, findServer, parseTyped } from "./server";

/** What a sign-in is for. */
interface Purpose {
  // The first is known to Mastodon since 2.4.3, the second to servers without parts of scopes:
  // https://docs.joinmastodon.org/api/oauth-scopes/
  readonly scopes: readonly [string, string];
  /** Any scope of a row is enough for what the row stands for. */
  readonly needed: readonly (readonly string[])[];
}

/** Seeing accounts, follows, search results; following. */
const FOLLOWING: Purpose = {
  scopes: ["read:accounts read:follows read:search write:follows", "read follow"],
  needed: [
    ["read:accounts", "read"],
    ["read:follows", "read", "follow"],
    ["read:search", "read"],
    ["write:follows", "write", "follow"],
  ],
};
/** Seeing whose account it is, and one post with its picture. */
const POSTING: Purpose = {
  scopes: ["read:accounts write:media write:statuses", "read write"],
  needed: [
    ["read:accounts", "read"],
    ["write:media", "write"],
    ["write:statuses", "write"],
  ],
};
/** Shows the code to copy instead of returning by itself. */
export const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const AUTHORIZE = "/oauth/authorize";
const VERIFY = "/api/v1/accounts/verify_credentials";

/** What signing in needs of the browser. `openPage` shows the server's page and returns the address it returned to. */
export interface SignInParts {
  readonly send: Send;
  readonly client: Client;
  readonly openPage: (url: string) => Promise<string>;
}

/** What is signed in; the time is added where it is stored. */
export type SignedIn = Omit<MastodonSession, "signedInAt">;

/** A sign-in that waits for the code that a person copies from the server's page. */
export interface Started {
  readonly app: App;
  readonly verifier: string;
  readonly url: string;
}

class UnknownApp extends Error {}

/**
 * Sign in at the server of what a person typed. `isAnother`: ask who signs in, also where the server remembers someone.
 *
 * Throws SessionError: invalid_server, bluesky_address, server_…, sign_in_denied, sign_in_closed, scope_missing.
 */
export async function signIn(parts: SignInParts, typed: string, isAnother: boolean): Promise<SignedIn> {
  return authorize(parts, await findServer(parts.send, parseTyped(typed)), FOLLOWING, isAnother);
}

/** Have an account's server ask whether Passerelle may post as it. Throws SessionError as `signIn` does. */
export async function consentToPost(
  parts: SignInParts,
  server: string,
  isAnother: boolean,
): Promise<SignedIn> {
  const client: Client = { ...parts.client, purpose: "post" };
  return authorize({ ...parts, client }, server, POSTING, isAnother);
}

function authorize(
  parts: SignInParts,
  server: string,
  purpose: Purpose,
  isAnother: boolean,
): Promise<SignedIn> {
  return withScopes(parts.send, server, purpose, async (scopes) => {
    const app = await registered(parts.send, server, parts.client, scopes);
    try {
      return await signInWith(parts, app, purpose, isAnother);
    } catch (error) {
      if (!(error instanceof UnknownApp)) throw error;
      return signInWith(parts, await register(parts.send, server, parts.client, scopes), purpose, isAnother);
    }
  });
}

/** Start a sign-in whose code the person copies: return the page to open, and what `finish` needs. */
export async function start(send: Send, client: Client, typed: string): Promise<Started> {
  const server = await findServer(send, parseTyped(typed));
  return withScopes(send, server, FOLLOWING, async (scopes) => {
    const app = await registered(send, server, { ...client, redirect: OUT_OF_BAND }, scopes);
    const verifier = randomText();
    return { app, verifier, url: await pageOf(app, { verifier, state: randomText(), isAnother: false }) };
  });
}

/** Finish a started sign-in with the code from the server's page. Throws SessionError: sign_in_refused, server_… */
export async function finish(send: Send, { app, verifier }: Started, code: string): Promise<SignedIn> {
  return exchange(send, app, code.trim(), verifier, FOLLOWING);
}

// The next scopes are tried where the server does not know some of the first.
async function withScopes<T>(
  send: Send,
  server: string,
  purpose: Purpose,
  work: (scopes: string) => Promise<T>,
): Promise<T> {
  for (const scopes of purpose.scopes) {
    try {
      return await work(scopes);
    } catch (error) {
      if (error instanceof SessionError) return explainRefusal(send, server, error);
      if (!(error instanceof UnknownScopes)) throw error;
    }
  }
  throw new SessionError("scope_missing", { host: new URL(server).host });
}

async function signInWith(
  { send, openPage }: SignInParts,
  app: App,
  purpose: Purpose,
  isAnother: boolean,
): Promise<SignedIn> {
  const [verifier, state] = [randomText(), randomText()];
  const returned = await openPage(await pageOf(app, { verifier, state, isAnother }));
  return exchange(send, app, codeIn(returned, state, app), verifier, purpose);
}

interface Asked {
  readonly verifier: string;
  readonly state: string;
  readonly isAnother: boolean;
}

// Servers before Mastodon 4.3 ignore the challenge: https://docs.joinmastodon.org/methods/oauth/
async function pageOf(app: App, { verifier, state, isAnother }: Asked): Promise<string> {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: app.clientId,
    redirect_uri: app.redirect,
    scope: app.scopes,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
    ...(isAnother ? { force_login: "true" } : {}),
  });
  return `${app.server}${AUTHORIZE}?${query}`;
}

// Pixelfed leaves `state` out of errors, which do no harm; a code counts only with ours.
function codeIn(returned: string, state: string, { server }: App): string {
  const query = new URL(returned).searchParams;
  const host = new URL(server).host;
  const error = query.get("error");
  if (error === "invalid_scope") throw new UnknownScopes();
  if (error === "access_denied") throw new SessionError("sign_in_denied", { host });
  const code = query.get("code");
  if (error || !code || query.get("state") !== state) throw new SessionError("sign_in_failed", { host });
  return code;
}

async function exchange(
  send: Send,
  app: App,
  code: string,
  verifier: string,
  { needed }: Purpose,
): Promise<SignedIn> {
  const { server, redirect, clientId, clientSecret } = app;
  const secrets = { client_id: clientId, client_secret: clientSecret };
  const fields = { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier };
  const reply = await send(server, { method: "POST", path: TOKEN, ...form({ ...fields, ...secrets }) });
  if (errorName(reply) === "invalid_client") throw new UnknownApp();
  const access = textField(reply.status === 200 ? parsed(reply) : null, "access_token");
  if (!access) throw refusal(reply);
  const tokens = { access, clientId, clientSecret };
  try {
    expectScopes(reply, needed);
    return { kind: "mastodon", network: "fediverse", server, tokens, ...(await whoIs(send, server, access)) };
  } catch (error) {
    await revoke(send, server, tokens).catch(() => undefined); // nothing is kept of it, whatever the server answers
    throw error;
  }
}

// A server that does not say what it granted (Pixelfed) is believed; a follow it refuses is told then.
function expectScopes(reply: Reply, needed: Purpose["needed"]): void {
  const granted = textField(parsed(reply), "scope")?.split(" ");
  if (granted && !needed.every((enough) => enough.some((scope) => granted.includes(scope))))
    throw new SessionError("scope_missing", { host: reply.host });
}

async function whoIs(send: Send, server: string, access: string): Promise<{ id: string; address: string }> {
  const reply = await send(server, { method: "GET", path: VERIFY, headers: bearer(access) });
  const username = textField(reply.status === 200 ? parsed(reply) : null, "username");
  if (!username) throw refusal(reply);
  const acct = await canonicalAcct(send, server, username);
  return { id: acct, address: acct };
}

// 403 is what Mastodon answers for an account that is suspended or not yet confirmed: app/controllers/api/base_controller.rb
const REFUSALS: Readonly<Record<number, string>> = {
  400: "sign_in_refused_code",
  401: "sign_in_refused_code",
  403: "account_disabled",
  429: "rate_limited",
};

function refusal({ status, host }: Reply): SessionError {
  const byStatus = status >= 500 ? "server_error" : (REFUSALS[status] ?? "server_error");
  return new SessionError(byStatus, { host });
}
