// Signing in, and sending signed requests, on Bluesky and on Mastodon. The only code that touches tokens; a password is never kept.
//
// Works in background, page and engine worker alike: state is in IndexedDB, locks and messages are shared by the whole extension.
import { isPublicHost } from "../rules/hosts";
import { may } from "./bluesky/scope";
import { endOf, isOver } from "./ending";
import { signIn as signInByPassword } from "./kinds/app-password";
import { OtherAnswer } from "./kinds/kind";
import { makeKinds } from "./kinds/table";
import {
  type Account,
  type Call,
  type Credentials,
  type Grant,
  type Reply,
  type Send,
  type Session,
  SessionError,
  type SessionNetwork,
} from "./records";
import { send as sendOverHttp, strictFetch } from "./send";
import * as store from "./store";

export { NEEDS_SIGN_IN, SessionError } from "./records";
export type { Account, Call, Credentials, Grant, Reply, SessionNetwork } from "./records";

/** What the outside world gives; tests hand in their own. `exclusively` runs one piece of work at a time per name. */
export interface Parts {
  send: Send;
  /** For the OAuth client: https, public hosts, no cookies, a deadline. Throws SessionError("server_unreachable"). */
  fetch: typeof globalThis.fetch;
  exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  now: () => Date;
}

/** A session without the time, which is that of storing it. */
type Unstamped = Session extends infer S ? (S extends Session ? Omit<S, "signedInAt"> : never) : never;

const CHANNEL = "passerelle-sessions";

export type Sessions = ReturnType<typeof makeSessions>;

/** Make the sessions module from its parts. */
export function makeSessions({ send, fetch, exclusively, now }: Parts) {
  const kindOf = makeKinds({ fetch, exclusively }, announce, store.signIns);
  // Kinds keep nothing but where a session is stored, so that a consent ends as a sign-in does.
  const consentKindOf = makeKinds({ fetch, exclusively }, announce, store.consents);

  /** Sign in to Bluesky by app password. Throws SessionError: sign_in_refused, auth_factor_required, server_… */
  async function signIn(credentials: Credentials): Promise<Account> {
    const { did: id } = credentials;
    const server = parseServer(credentials.pds);
    const { handle: address, tokens } = await signInByPassword(send, { ...credentials, pds: server });
    return addNow({ kind: "app-password", id, network: "bluesky", address, server, tokens });
  }

  /** Store a finished sign-in as the current account of its network. */
  function addNow(session: Unstamped): Promise<Account> {
    return add({ ...session, signedInAt: now().toISOString() });
  }

  // Under the lock: a renewal of the earlier session must not overwrite the new one.
  async function add(session: Session): Promise<Account> {
    const earlier = await exclusively(lockOf(session.id), () => store.add(session));
    announce();
    if (earlier) await end(earlier);
    return accountOf(session, now());
  }

  /** Delete a session, then tell its server; the session is gone whatever the server answers. */
  async function signOut(id: string): Promise<void> {
    const removed = await store.remove(id);
    announce();
    if (removed) await end(removed);
    await endConsent(id);
  }

  /** Store a consent to post once as an account that is signed in; an earlier one ends. */
  async function addConsent(consent: Unstamped): Promise<void> {
    const stamped: Session = { ...consent, signedInAt: now().toISOString() };
    const earlier = await exclusively(lockOf(consent.id), () => store.addConsent(stamped));
    if (earlier) await end(earlier);
  }

  /** Delete a consent to post, then tell its server; it is gone whatever the server answers. */
  async function endConsent(id: string): Promise<void> {
    const removed = await store.removeConsent(id);
    if (removed) await end(removed);
  }

  /** Return whether a consent to post is stored that is not over. */
  async function hasConsent(id: string): Promise<boolean> {
    const consent = await store.consents.get(id);
    return consent !== null && consent.tokens !== null;
  }

  /** Return whether an account may post now: an app password may do what the account may. */
  async function mayPost(id: string): Promise<boolean> {
    const session = await store.get(id);
    return session?.kind === "app-password" ? session.tokens !== null : hasConsent(id);
  }

  /** Delete every session, and tell their servers. */
  async function deleteAll(): Promise<void> {
    const removed = await store.clear();
    announce();
    await Promise.all(removed.map(end));
  }

  async function end(session: Session): Promise<void> {
    if (session.tokens) await kindOf(session).end(session, send).catch(ignoreUnreachable);
  }

  /** Return every account that is signed in, the earliest sign-in first; `expired` says that it has to sign in again. */
  async function list(): Promise<Account[]> {
    const moment = now();
    return (await store.all()).map((session) => accountOf(session, moment));
  }

  /** Return the account that acts on a network: the one chosen or signed in last; null without one. */
  async function current(network: SessionNetwork): Promise<Account | null> {
    const session = await store.current(network);
    return session ? accountOf(session, now()) : null;
  }

  /** Let this account act on its network from now on. */
  async function makeCurrent(id: string): Promise<void> {
    await store.makeCurrent(id);
    announce();
  }

  /** Call `listener` after each change of the accounts, in whichever page. Returns the function that stops it. */
  function onChange(listener: () => void): () => void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = listener;
    return () => channel.close();
  }

  /**
   * Send a request as an account to that account's own server, renewing the session once if it has run out. `grant`: what
   * signs it.
   *
   * Every HTTP status is a reply. Throws SessionError: not_signed_in, session_expired, server_unreachable.
   */
  async function authorizedFetch(id: string, call: Call, grant: Grant = "sign-in"): Promise<Reply> {
    const isConsent = grant === "post" && (await store.get(id))?.kind !== "app-password";
    const records = isConsent ? store.consents : store.signIns;
    const session = await signedIn(id, records);
    const kind = (isConsent ? consentKindOf : kindOf)(session);
    try {
      return await kind.fetch(session, call, { send, renewed: renewedIn(records), expired });
    } catch (error) {
      if (error instanceof OtherAnswer) return error.reply;
      throw error;
    }
  }

  // Refresh tokens work once: two contexts that renew at the same time would end the session for both.
  function renewedIn(records: store.Records) {
    return <S extends Session>(stale: S, renew: (stored: S) => Promise<S["tokens"]>): Promise<S> =>
      exclusively(lockOf(stale.id), async () => {
        const stored = (await signedIn(stale.id, records)) as S;
        if (stored.tokens?.access !== stale.tokens?.access) return stored;
        return keep({ ...stored, tokens: await renew(stored) }, records);
      });
  }

  // Without the record, the person signed out meanwhile: what the renewal brought must not live on.
  async function keep<S extends Session>(session: S, records: store.Records): Promise<S> {
    if (!(await records.update(session))) {
      await end(session);
      throw new SessionError("not_signed_in");
    }
    announce();
    if (!session.tokens) throw expired(session);
    return session;
  }

  return {
    ...{ signIn, add: addNow, signOut, deleteAll, list, current, makeCurrent, onChange, authorizedFetch },
    ...{ addConsent, endConsent, hasConsent, mayPost },
  };
}

async function signedIn(id: string, records: store.Records): Promise<Session> {
  const session = await records.get(id);
  if (!session) throw new SessionError("not_signed_in");
  if (!session.tokens) throw expired(session);
  return session;
}

function expired({ server }: Session): SessionError {
  return new SessionError("session_expired", { host: new URL(server).host });
}

function accountOf(session: Session, now: Date): Account {
  const { kind, id, network, address, server, tokens } = session;
  return {
    ...{ kind, id, network, address, server },
    expired: tokens === null || isOver(session, now),
    endsAt: endOf(session),
    maySearch: may(session, "search"),
    mayClaim: may(session, "claim"),
    mayBlock: may(session, "block"),
  };
}

function lockOf(id: string): string {
  return `passerelle-session ${id}`;
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

/** Run work while no other context of the extension runs work of this name. */
export const inLock: Parts["exclusively"] = async (name, work) => await navigator.locks.request(name, work);

export const sessions: Sessions = makeSessions({
  send: sendOverHttp,
  fetch: strictFetch,
  exclusively: inLock,
  now: () => new Date(),
});
export const authorizedFetch: Sessions["authorizedFetch"] = sessions.authorizedFetch;
