// IndexedDB database `sessions`, the only place where tokens are stored. Works in pages and in workers.
import { type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { App, Session, SessionNetwork } from "./records";
import { migrate, type Schema, VERSION } from "./schema";

type Write = IDBPTransaction<Schema, StoreNames<Schema>[], "readwrite">;

const DATABASE = "sessions";
const STORES: StoreNames<Schema>[] = ["sessions", "state", "apps", "consents"];
const STRICT = { durability: "strict" } as const;

/** Sessions of one store, by the id of their account. */
export interface Records {
  /** Return one session, or null. */
  readonly get: (id: string) => Promise<Session | null>;
  /** Replace a session that is still stored; returns false where it was removed meanwhile. */
  readonly update: (session: Session) => Promise<boolean>;
}

function recordsOf(name: "sessions" | "consents"): Records {
  return {
    get: (id) => use(async (database) => (await database.get(name, id)) ?? null),
    update: (session) =>
      write(async (transaction) => {
        const isStored = (await transaction.objectStore(name).getKey(session.id)) !== undefined;
        if (isStored) await transaction.objectStore(name).put(session, session.id);
        return isStored;
      }),
  };
}

/** The sign-ins. */
export const signIns: Records = recordsOf("sessions");
/** What may post once as an account. */
export const consents: Records = recordsOf("consents");
export const { get, update } = signIns;

/** Store a consent to post; returns the one that it replaces, or null. */
export function addConsent(session: Session): Promise<Session | null> {
  return write(async (transaction) => {
    const earlier = await transaction.objectStore("consents").get(session.id);
    await transaction.objectStore("consents").put(session, session.id);
    return earlier ?? null;
  });
}

/** Remove a consent to post and return it, or null. */
export function removeConsent(id: string): Promise<Session | null> {
  return write(async (transaction) => {
    const consent = await transaction.objectStore("consents").get(id);
    await transaction.objectStore("consents").delete(id);
    return consent ?? null;
  });
}

/** Return every session, the earliest sign-in first. */
export function all(): Promise<Session[]> {
  return use(async (database) => (await database.getAll("sessions")).sort(bySignIn));
}

/** Return the current session of a network, or null. */
export function current(network: SessionNetwork): Promise<Session | null> {
  return use(async (database) => {
    const transaction = database.transaction(["sessions", "state"]);
    const id = await transaction.objectStore("state").get(network);
    return (id && (await transaction.objectStore("sessions").get(id))) || null;
  });
}

/** Store a session as the current one of its network; returns the one that it replaces, or null. */
export function add(session: Session): Promise<Session | null> {
  return write(async (transaction) => {
    const earlier = await transaction.objectStore("sessions").get(session.id);
    await transaction.objectStore("sessions").put(session, session.id);
    await transaction.objectStore("state").put(session.id, session.network);
    return earlier ?? null;
  });
}

/** Make a stored session the current one of its network; without it nothing changes. */
export function makeCurrent(id: string): Promise<void> {
  return write(async (transaction) => {
    const session = await transaction.objectStore("sessions").get(id);
    if (session) await transaction.objectStore("state").put(id, session.network);
  });
}

/** Remove a sign-in and return it. The account of that network that signed in last becomes the current one. */
export function remove(id: string): Promise<Session | null> {
  return write(async (transaction) => {
    const session = await transaction.objectStore("sessions").get(id);
    if (!session) return null;
    await transaction.objectStore("sessions").delete(id);
    await replaceCurrent(transaction, session);
    return session;
  });
}

/** Return Passerelle's registration at a server, or null; `purpose`: "" for signing in. */
export function app(server: string, redirect: string, purpose = ""): Promise<App | null> {
  return use(async (database) => (await database.get("apps", appKey(server, redirect, purpose))) ?? null);
}

/** Store a registration. */
export function putApp(registered: App, purpose = ""): Promise<void> {
  return write(async (transaction) => {
    const key = appKey(registered.server, registered.redirect, purpose);
    await transaction.objectStore("apps").put(registered, key);
  });
}

function appKey(server: string, redirect: string, purpose: string): string {
  return `${server} ${redirect} ${purpose}`.trimEnd();
}

/** Remove everything and return the sessions and consents there were. */
export function clear(): Promise<Session[]> {
  return write(async (transaction) => {
    const sessions = await transaction.objectStore("sessions").getAll();
    const consented = await transaction.objectStore("consents").getAll();
    await Promise.all(STORES.map((name) => transaction.objectStore(name).clear()));
    return [...sessions, ...consented];
  });
}

async function replaceCurrent(transaction: Write, removed: Session): Promise<void> {
  const state = transaction.objectStore("state");
  if ((await state.get(removed.network)) !== removed.id) return;
  const others = (await transaction.objectStore("sessions").getAll()).filter(
    ({ network }) => network === removed.network,
  );
  const next = others.sort(bySignIn).at(-1);
  if (next) await state.put(next.id, next.network);
  else await state.delete(removed.network);
}

function bySignIn(one: Session, other: Session): number {
  return one.signedInAt.localeCompare(other.signedInAt);
}

function write<T>(work: (transaction: Write) => Promise<T>): Promise<T> {
  return use(async (database) => {
    const transaction = database.transaction(STORES, "readwrite", STRICT);
    const result = await work(transaction);
    await transaction.done;
    return result;
  });
}

// The database is opened for each step and closed after it: an open connection would keep others from deleting it.
async function use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  const database = await openDB<Schema>(DATABASE, VERSION, { upgrade: migrate });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}
