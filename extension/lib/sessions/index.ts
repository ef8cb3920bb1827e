// Signing in to Bluesky and sending signed requests. The only code that touches tokens; the password is never kept.
//
// Works in popup, tab and engine worker alike: state is in IndexedDB, locks and messages are shared by the whole extension.
import { isPublicHost } from "../rules/hosts";
import { KINDS, OtherAnswer } from "./kinds";
import {
  type Account,
  type Call,
  type Credentials,
  type Reply,
  type Send,
  type Session,
  SessionError,
  type Tokens,
} from "./records";
import { send as sendOverHttp } from "./send";
import * as store from "./store";

export { SessionError } from "./records";
export type { Account, Call, Credentials, Reply } from "./records";

/** What the outside world gives; tests hand in their own. `exclusively` runs one piece of work at a time per name. */
export interface Parts {
  send: Send;
  exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  now: () => Date;
}

const CHANNEL = "passerelle-sessions";

export type Sessions = ReturnType<typeof makeSessions>;

/** Make the sessions module from its parts. */
export function makeSessions({ send, exclusively, now }: Parts) {
  /** Sign in and remember who. Throws SessionError: sign_in_refused, auth_factor_required, rate_limited, server_… */
  async function signIn(credentials: Credentials, kind: Session["kind"] = "app-password"): Promise<Account> {
    const pds = parseServer(credentials.pds);
    const { did, handle, tokens } = await KINDS[kind].signIn(send, { ...credentials, pds });
    const session: Session = { kind, did, handle, pds, tokens, signedInAt: now().toISOString() };
    await exclusively(lockOf(did), () => store.add(session));
    announce();
    return accountOf(session);
  }

  /** Delete a session, then tell its server; the session is gone whatever the server answers. */
  async function signOut(did: string): Promise<void> {
    const session = await store.get(did);
    await store.remove(did);
    announce();
    if (session?.tokens) await KINDS[session.kind].end(send, session).catch(ignoreUnreachable);
  }

  /** Delete every session, and tell their servers. */
  async function deleteAll(): Promise<void> {
    const sessions = await store.all();
    await store.clear();
    announce();
    const live = sessions.filter((session) => session.tokens);
    await Promise.all(live.map((session) => KINDS[session.kind].end(send, session).catch(ignoreUnreachable)));
  }

  /** Return the account that signed in last, or null; `expired` says that it has to sign in again. */
  async function current(): Promise<Account | null> {
    const did = await store.currentDid();
    const session = did ? await store.get(did) : null;
    return session ? accountOf(session) : null;
  }

  /** Call `listener` after each sign-in or sign-out, in whichever page. Returns the function that stops it. */
  function onChange(listener: () => void): () => void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = listener;
    return () => channel.close();
  }

  /**
   * Send a request as `did` to that account's own server, renewing the session once if it has run out.
   *
   * Every HTTP status is a reply. Throws SessionError: not_signed_in, session_expired, server_unreachable.
   */
  async function authorizedFetch(did: string, call: Call): Promise<Reply> {
    const session = await signedIn(did);
    const reply = await sendAs(session, call);
    if (!KINDS[session.kind].isExpired(reply)) return reply;
    try {
      return await sendAs(await renewed(session), call);
    } catch (error) {
      if (error instanceof OtherAnswer) return error.reply;
      throw error;
    }
  }

  function sendAs(session: Session, call: Call): Promise<Reply> {
    return send(session.pds, {
      ...call,
      headers: { ...call.headers, ...KINDS[session.kind].authorize(session) },
    });
  }

  // Refresh tokens work once: two contexts that renew at the same time would end the session for both.
  function renewed(stale: Session): Promise<Session> {
    return exclusively(lockOf(stale.did), async () => {
      const session = await signedIn(stale.did);
      if (session.tokens?.access !== stale.tokens?.access) return session;
      return keep(session, await KINDS[session.kind].renew(send, session));
    });
  }

  async function keep(session: Session, tokens: Tokens | null): Promise<Session> {
    const next = { ...session, tokens };
    if (!(await store.update(next))) throw new SessionError("not_signed_in");
    announce();
    if (!tokens) throw new SessionError("session_expired", { host: new URL(session.pds).host });
    return next;
  }

  return { signIn, signOut, deleteAll, current, onChange, authorizedFetch };
}

async function signedIn(did: string): Promise<Session> {
  const session = await store.get(did);
  if (!session) throw new SessionError("not_signed_in");
  if (!session.tokens) throw new SessionError("session_expired", { host: new URL(session.pds).host });
  return session;
}

function accountOf({ kind, did, handle, pds, tokens }: Session): Account {
  return { kind, did, handle, pds, expired: tokens === null };
}

function lockOf(did: string): string {
  return `passerelle-session ${did}`;
}

// The password is sent to this address: https and a public host, no user in it. A port is allowed:
// https://atproto.com/specs/did#did-documents
function parseServer(pds: string): string {
  const url = URL.canParse(pds) ? new URL(pds) : null;
  if (url?.protocol !== "https:" || url.username || url.password || !isPublicHost(url.hostname))
    throw new SessionError("server_not_public", { host: url?.host || pds });
  return url.origin;
}

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

function ignoreUnreachable(error: unknown): void {
  if (!(error instanceof SessionError)) throw error;
}

export const sessions: Sessions = makeSessions({
  send: sendOverHttp,
  exclusively: async (name, work) => await navigator.locks.request(name, work),
  now: () => new Date(),
});
export const authorizedFetch: Sessions["authorizedFetch"] = sessions.authorizedFetch;
