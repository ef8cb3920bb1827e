// Signing in to Bluesky by OAuth: the server's own page, then tokens that only our key can use.
// https://atproto.com/specs/oauth
import type { OAuthClient } from "@atproto/oauth-client";
import { isPublicHost } from "../../rules/hosts";
import { type OauthSession, SessionError } from "../records";
import { type ClientParts, makeClient, makeMemory, type Stored, toTokens } from "./client";
import { toSessionError } from "./errors";
import { type Permission, scopeFor } from "./scope";

/** What signing in needs of the browser. `openPage` shows the server's page and returns the address it returned to. */
export interface SignInParts extends ClientParts {
  readonly openPage: (url: string) => Promise<string>;
  /** Where the page returns: one of the addresses in the client's metadata. */
  readonly redirect: string;
}

const NEEDED = "repo:app.bsky.graph.follow";

/**
 * Sign in as a handle or did, or at a server (its https address). The time is added where the session is stored.
 * `further`: what to ask for besides following.
 *
 * Throws SessionError: sign_in_denied, sign_in_closed, clock_wrong, scope_missing, server_without_oauth, server_…
 */
export async function signIn(
  parts: SignInParts,
  typed: string,
  further: readonly Permission[] = [],
): Promise<Omit<OauthSession, "signedInAt">> {
  const host = URL.canParse(typed) && typed.startsWith("https:") ? new URL(typed).host : typed;
  const made = makeMemory<Stored>();
  const client = makeClient(parts, made);
  const scope = scopeFor(further);
  const redirect_uri = parts.redirect as `https://${string}`;
  try {
    const page = await client.authorize(typed, { scope, redirect_uri });
    const returned = new URL(await parts.openPage(page.href));
    const { session } = await client.callback(returned.searchParams, { redirect_uri });
    return await keep(client, made, session.did);
  } catch (error) {
    throw toSessionError(error, host);
  }
}

async function keep(
  client: OAuthClient,
  made: ReturnType<typeof makeMemory<Stored>>,
  id: `did:plc:${string}` | `did:web:${string}`,
): Promise<Omit<OauthSession, "signedInAt">> {
  const stored = made.get(id);
  if (!stored) throw new SessionError("sign_in_failed", { host: id });
  const { aud, scope } = stored.tokenSet;
  const { origin, host, hostname } = new URL(aud);
  if (!isPublicHost(hostname) || !scope.includes(NEEDED)) {
    await client.revoke(id);
    throw new SessionError(scope.includes(NEEDED) ? "server_not_public" : "scope_missing", { host });
  }
  const { handle } = await client.identityResolver.resolve(id);
  const address = handle === "handle.invalid" ? id : handle;
  return { kind: "oauth", id, network: "bluesky", address, server: origin, tokens: toTokens(stored) };
}
