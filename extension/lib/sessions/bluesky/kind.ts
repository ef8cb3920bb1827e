// Sessions on Bluesky by OAuth: each request carries a proof of our key; the client renews the tokens under a lock.
import {
  type OAuthClient,
  OAuthResponseError,
  type OAuthSession,
  type SessionStore,
} from "@atproto/oauth-client";
import { DEFAULT_LIMIT, readStart } from "../../body";
import { type Kind, OtherAnswer, type Tools } from "../kinds/kind";
import { type Call, type OauthSession, type Reply, type Session, SessionError } from "../records";
import type { Records } from "../store";
import { type ClientParts, fromTokens, makeClient, makeMemory, toTokens, type Stored } from "./client";
import { toSessionError } from "./errors";

const TIMEOUT = 30; // seconds, as core/passerelle/transport.py
// https://datatracker.ietf.org/doc/html/rfc9449#section-7.1; what is wrong with our proofs can only be their time.
const CLOCK = /\berror="invalid_dpop_proof"/;
// https://datatracker.ietf.org/doc/html/rfc6750#section-3.1
const TOKEN = /\berror="invalid_token"/;

/** What is known of a session whose record is gone. */
const NEW_SESSION = { kind: "oauth", network: "bluesky", address: "", signedInAt: "" } as const;

/** Make the kind; the client is made at the first request. */
export function makeOauth(parts: ClientParts, announce: () => void, records: Records): Kind<OauthSession> {
  const sessionStore = makeSessionStore(parts, announce, records);
  let client: ReturnType<typeof makeClient> | undefined;

  return {
    async fetch(session, call, { expired }) {
      client ??= makeClient(parts, sessionStore);
      const { host } = new URL(session.server);
      try {
        const response = await sendRenewing(client, session, call, { records, expired });
        if (CLOCK.test(challengeOf(response))) throw new SessionError("clock_wrong", { host });
        return await replyOf(response, session, call);
      } catch (error) {
        throw await told(error, session, { records, expired });
      }
    },

    end: (session) => revoke(parts, session),
  };
}

/** Where a session is looked up again, and the error where it is over. */
interface Known extends Pick<Tools<OauthSession>, "expired"> {
  readonly records: Records;
}

// The client renews a token that the server calls invalid, and hands on that answer where the renewal itself fails. Then
// the session may still live: renewed once more, it raises why, or the request is sent again.
async function sendRenewing(
  client: OAuthClient,
  session: OauthSession,
  call: Call,
  known: Known,
): Promise<Response> {
  const response = await sendSigned(await client.restore(session.id), session, call);
  if (response.status !== 401) return response;
  await expectStored(session, known);
  if (!TOKEN.test(challengeOf(response))) return response;
  return sendSigned(await client.restore(session.id, true), session, call);
}

function sendSigned(signed: OAuthSession, session: OauthSession, call: Call): Promise<Response> {
  return signed.fetchHandler(pathOf(session, call), {
    method: call.method,
    headers: call.headers ?? {},
    body: call.body ?? null,
    redirect: "error",
    signal: AbortSignal.timeout((call.timeout ?? TIMEOUT) * 1000),
  });
}

function challengeOf({ headers }: Response): string {
  return headers.get("www-authenticate") ?? "";
}

// With a store of its own, and without the lock of a renewal that may be under way.
async function revoke({ fetch }: ClientParts, { id, server, tokens }: OauthSession): Promise<void> {
  if (!tokens) return;
  const only = makeMemory<Stored>();
  only.set(id, fromTokens(tokens));
  try {
    await makeClient({ fetch, exclusively: (_, work) => work() }, only).revoke(id);
  } catch (error) {
    throw toSessionError(error, new URL(server).host);
  }
}

// The store that the client renews into; a record that is gone means that the person signed out meanwhile.
function makeSessionStore(parts: ClientParts, announce: () => void, records: Records): SessionStore {
  const find = async (id: string): Promise<OauthSession | null> => {
    const session = await records.get(id);
    return session?.kind === "oauth" ? session : null;
  };
  return {
    get: async (id) => {
      const tokens = (await find(id))?.tokens;
      return tokens ? fromTokens(tokens) : undefined;
    },
    set: async (id, value) => {
      const session = await find(id);
      const next = { ...(session ?? NEW_SESSION), id, tokens: toTokens(value), server: value.tokenSet.aud };
      if (!session || !(await records.update({ ...next, server: session.server }))) {
        await revoke(parts, next); // what the renewal brought must not live on
        throw new SessionError("not_signed_in");
      }
      announce();
    },
    del: async (id) => {
      const session = await find(id);
      if (session) await records.update({ ...session, tokens: null });
      announce();
    },
  };
}

// A token must not travel to another host, whatever the path says ("//elsewhere", "https://elsewhere").
function pathOf({ server }: Session, { path }: Call): string {
  const url = new URL(path, server);
  if (url.origin !== server) throw new SessionError("server_error", { host: url.host });
  return url.pathname + url.search;
}

/** Raise where the client has found that the session is over, or that the person signed out. */
async function expectStored({ id }: Session, { records, expired }: Known): Promise<void> {
  const stored = await records.get(id);
  if (!stored) throw new SessionError("not_signed_in");
  if (!stored.tokens) throw expired(stored);
}

// An answer to a renewal that says nothing about the session is the server's answer to the request.
async function told(error: unknown, session: OauthSession, known: Known): Promise<Error> {
  const { host } = new URL(session.server);
  // However the client words it: the person signed out meanwhile.
  if (!(await known.records.get(session.id))) return new SessionError("not_signed_in");
  const failure = toSessionError(error, host);
  if (failure.code === "session_expired") {
    await expectStored(session, known);
    return known.expired(session);
  }
  if (error instanceof OAuthResponseError && failure.code === "server_error")
    return new OtherAnswer({
      host,
      status: error.status,
      headers: {},
      body: new Uint8Array(),
      url: session.server,
    });
  return failure;
}

async function replyOf(response: Response, { server }: Session, { limit }: Call): Promise<Reply> {
  return {
    host: new URL(server).host,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readStart(response, limit ?? DEFAULT_LIMIT),
    url: response.url,
  };
}
