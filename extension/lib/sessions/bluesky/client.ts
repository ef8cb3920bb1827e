// The OAuth client of Bluesky's protocol (@atproto/oauth-client) with our network, keys, locks and stores.
import {
  type InternalStateData,
  OAuthClient,
  type OAuthClientMetadataInput,
  type SessionStore,
} from "@atproto/oauth-client";
import type { TokenSet } from "@atproto/oauth-client";
import type { OauthTokens } from "../records";
import { DpopKey, makeKey } from "./key";

/** From build/oauth-client-metadata.json, which the directory serves at its `client_id`: see wxt.config.ts. */
declare const OAUTH_CLIENT: OAuthClientMetadataInput;

const HANDLES = "https://public.api.bsky.app"; // as core/passerelle/networks/bluesky/identity.py

/** What the client takes from outside. */
export interface ClientParts {
  readonly fetch: typeof globalThis.fetch;
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** What a client stores for an account. */
export type Stored = Parameters<SessionStore["set"]>[1];

/** Make a client that keeps its sessions in `sessionStore`. */
export function makeClient({ fetch, exclusively }: ClientParts, sessionStore: SessionStore): OAuthClient {
  return new OAuthClient({
    clientMetadata: OAUTH_CLIENT,
    responseMode: "query",
    handleResolver: HANDLES,
    fetch,
    sessionStore,
    // A sign-in lives as long as the page on which it is made.
    stateStore: makeMemory<InternalStateData>(),
    runtimeImplementation: {
      createKey: makeKey,
      getRandomValues: (length) => crypto.getRandomValues(new Uint8Array(length)),
      digest: async (data, { name }) =>
        new Uint8Array(await crypto.subtle.digest(name.replace("sha", "SHA-"), data)),
      requestLock: (name, work) => exclusively(name, async () => work()),
    },
  });
}

/** Make a store that is gone with this context. */
export function makeMemory<T>() {
  const kept = new Map<string, T>();
  return {
    get: (key: string) => kept.get(key),
    set: (key: string, value: T) => void kept.set(key, value),
    del: (key: string) => void kept.delete(key),
  };
}

/** Return what the client stores in the shape of our own database, where it holds no code, and back. */
export function toTokens({ dpopKey, tokenSet }: Stored): OauthTokens {
  const { access_token: access, ...rest } = tokenSet;
  if (!(dpopKey instanceof DpopKey)) throw new TypeError("Every key of this client is made by makeKey.");
  return { access, rest, key: dpopKey.stored };
}

export function fromTokens({ access, rest, key }: OauthTokens): Stored {
  const tokenSet = { ...(rest as Omit<TokenSet, "access_token">), access_token: access };
  return { dpopKey: new DpopKey(key), tokenSet, authMethod: { method: "none" } };
}
