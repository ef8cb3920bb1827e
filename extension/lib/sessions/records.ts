// The records of signing in: what a person enters, what is stored, what pages may see, and the one error.
import type { StoredKey } from "./bluesky/stored-key";

/** The networks that one can sign in to, by the names that the engine uses. */
export type SessionNetwork = "bluesky" | "fediverse";

/** What a person signs in with. `pds` is the account's own server, found by the engine; the password is never stored. */
export interface Credentials {
  did: string;
  handle: string;
  pds: string;
  password: string;
  /** The code that the server sent by mail, where the account asks for one. */
  code?: string;
}

export interface Tokens {
  access: string;
  refresh: string;
}

/** What every kind of session has. `id` is a did on Bluesky and `user@server` on Mastodon; `server` is an https origin. */
interface Common {
  readonly id: string;
  readonly network: SessionNetwork;
  /** The name to show: a handle on Bluesky, `user@server` on Mastodon. */
  readonly address: string;
  readonly server: string;
  readonly signedInAt: string;
}

/** A sign-in to Bluesky with an app password. `tokens` is null once the server has ended it. */
export interface AppPasswordSession extends Common {
  readonly kind: "app-password";
  readonly tokens: Tokens | null;
}

/** What a Mastodon server gave for a sign-in. The app's secret is needed to revoke the token. */
export interface MastodonTokens {
  readonly access: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A sign-in to Mastodon or a compatible server. Its token does not run out; `tokens` is null once it was revoked. */
export interface MastodonSession extends Common {
  readonly kind: "mastodon";
  readonly tokens: MastodonTokens | null;
}

/** What a Bluesky server gave for a sign-in by OAuth; the key proves each request and cannot be read by scripts. */
export interface OauthTokens {
  readonly access: string;
  readonly rest: Readonly<Record<string, unknown>>;
  readonly key: StoredKey;
}

/** A sign-in to Bluesky on the server's own page. `tokens` is null once it has ended: after two weeks, or revoked. */
export interface OauthSession extends Common {
  readonly kind: "oauth";
  readonly tokens: OauthTokens | null;
}

/** One sign-in as it is stored. */
export type Session = AppPasswordSession | OauthSession | MastodonSession;

/** Passerelle's registration at one Mastodon server, for one address to return to. */
export interface App {
  readonly server: string;
  readonly redirect: string;
  readonly scopes: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One sign-in as pages see it: no token in it. */
export interface Account extends Pick<Common, "id" | "network" | "address" | "server"> {
  readonly kind: Session["kind"];
  /** The server has ended the session: the person has to sign in again. */
  readonly expired: boolean;
  /** ISO time at which the session ends by itself, or null where it does not. */
  readonly endsAt: string | null;
  /** Whether it may search accounts by name on its server. */
  readonly maySearch: boolean;
  /** Whether it may write the record that says which X account is the person's. */
  readonly mayClaim: boolean;
  readonly mayBlock: boolean;
}

/** What signs a request: the account's sign-in, or a consent that was given for one post; as core/passerelle/transport.py. */
export type Grant = "sign-in" | "post";

export interface Call {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | null;
  /** Seconds. */
  timeout?: number;
  /** Bytes of the answer's body; the rest is cut off. */
  limit?: number;
  /** Whether a redirect to another public host is followed; never together with a token. */
  mayRedirect?: boolean;
}

/** A server's answer; header names are lower case. */
export interface Reply {
  host: string;
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  url: string;
}

/** Codes of errors that signing in again removes. */
export const NEEDS_SIGN_IN: readonly string[] = ["not_signed_in", "session_expired", "scope_missing"];

/** Send a call to a server. Throws SessionError("server_unreachable") without an answer in time; every status is a Reply. */
export type Send = (server: string, call: Call) => Promise<Reply>;

/** Why signing in or a signed request failed; `code` has a sentence in every catalogue. Carries no secret. */
export class SessionError extends Error {
  constructor(
    readonly code: string,
    readonly params: Record<string, string> = {},
  ) {
    super(code);
    this.name = "SessionError";
  }
}
