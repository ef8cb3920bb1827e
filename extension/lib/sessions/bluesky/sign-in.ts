// Signing in to Bluesky by OAuth: the server's own page, then tokens that only our key can use.
// https://atproto.com/specs/oauth
import type { OAuthClient } from "@atproto/oauth-client";
import { isPublicHost } from "../../rules/hosts";
import { type OauthSession, SessionError } from "../records";
import { type ClientParts, makeClient, makeMemory, type Stored, toTokens } from "./client";
import { toSessionError } from "./errors";
import { type Permission, POSTING, scopeFor } from "./scope";

/** What signing in needs of the browser. `openPage` shows the server's page and returns the address it returned to. */
export interface SignInParts extends ClientParts {
  readonly openPage: (url: string) => Promise<string>;
  /** Where the page returns: one of the addresses in the client's metadata. */
  readonly redirect: string;
}

/** Parts of the scope that a server has to grant. */
const NEEDED = ["repo:app.bsky.graph.follow"] as const;
const NEEDED_TO_POST = ["repo:app.bsky.feed.post", "blob:"] as const;

/**
 * Sign in as a handle or did, or at a server (its https address). The time is added where the session is stored.
 * `further`: what to ask for besides following.
 *
 * Throws SessionError: sign_in_denied, sign_in_closed, clock_wrong, scope_missing, server_without_oauth, server_…
 */
export function signIn(
  parts: SignInParts,
  typed: string,
  further: readonly Permission[] = [],
): Promise<Omit<OauthSession, "signedInAt">> {
  return authorize(parts, typed, scopeFor(further), NEEDED);
}

/** Have an account's server ask whether Passerelle may post as it. Throws SessionError as `signIn` does. */
export function consentToPost(parts: SignInParts, did: string): Promise<Omit<OauthSession, "signedInAt">> {
  return authorize(parts, did, POSTING, NEEDED_TO_POST);
}

async function authorize(
  parts: SignInParts,
  typed: string,
  scope: string,
  needed: readonly string[],
): Promise<Omit<OauthSession, "signedInAt">> {
  const host = URL.canParse(typed) && typed.startsWith("https:") ? new URL(typed).host : typed;
  const made = makeMemory<Stored>();
  const client = makeClient(parts, made);
  const redirect_uri = parts.redirect as `https://${string}`;
  try {
    const page = await client.authorize(typed, { scope, redirect_uri });
    const returned = new URL(await parts.openPage(page.href));
    const { session } = await client.callback(returned.searchParams, { redirect_uri });
    return await keep(client, made, session.did, needed);
  } catch (error) {
    throw toSessionError(error, host);
  }
}

async function keep(
  client: OAuthClient,
  made: ReturnType<typeof makeMemory<Stored>>,
  id: `did:plc:${string}` | `did:web:${string}`,
  needed: readonly string[],
): Promise<Omit<OauthSession, "signedInAt">> {
  const stored = made.get(id);
  if (!stored) throw new SessionError("sign_in_failed", { host: id });
  const { aud, scope } = stored.tokenSet;
  const { origin, host, hostname } = new URL(aud);
  const isGranted = needed.every((one) => scope.includes(one));
  if (!isPublicHost(hostname) || !isGranted) {
    await client.revoke(id);
    throw new SessionError(isGranted ? "server_not_public" : "scope_missing", { host });
  }
  const { handle } = await client.identityResolver.resolve(id);
  const address = handle === "handle.invalid" ? id : handle;
  return { kind: "oauth", id, network: "bluesky", address, server: origin, tokens: toTokens(stored) };
}
