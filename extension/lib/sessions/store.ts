// IndexedDB database `sessions`, the only place where tokens are stored. Works in pages and in workers.
import { type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import type { App, Session, SessionNetwork } from "./records";
import { migrate, type Schema, VERSION } from "./schema";

type Write = IDBPTransaction<Schema, ("sessions" | "state" | "apps")[], "readwrite">;

const DATABASE = "sessions";
const STRICT = { durability: "strict" } as const;

/** Return one session, or null. */
export function get(id: string): Promise<Session | null> {
  return use(async (database) => (await database.get("sessions", id)) ?? null);
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

/** Replace a session that is still stored; returns false where it was removed meanwhile. */
export function update(session: Session): Promise<boolean> {
  return write(async (transaction) => {
    const isStored = (await transaction.objectStore("sessions").getKey(session.id)) !== undefined;
    if (isStored) await transaction.objectStore("sessions").put(session, session.id);
    return isStored;
  });
}

/** Remove a session and return it. The account of that network that signed in last becomes the current one. */
export function remove(id: string): Promise<Session | null> {
  return write(async (transaction) => {
    const session = await transaction.objectStore("sessions").get(id);
    if (!session) return null;
    await transaction.objectStore("sessions").delete(id);
    await replaceCurrent(transaction, session);
    return session;
  });
}

/** Return Passerelle's registration at a server, or null. */
export function app(server: string, redirect: string): Promise<App | null> {
  return use(async (database) => (await database.get("apps", appKey(server, redirect))) ?? null);
}

/** Store a registration. */
export function putApp(registered: App): Promise<void> {
  return write(async (transaction) => {
    const key = appKey(registered.server, registered.redirect);
    await transaction.objectStore("apps").put(registered, key);
  });
}

function appKey(server: string, redirect: string): string {
  return `${server} ${redirect}`;
}

/** Remove everything and return the sessions there were. */
export function clear(): Promise<Session[]> {
  return write(async (transaction) => {
    const sessions = await transaction.objectStore("sessions").getAll();
    await transaction.objectStore("state").clear();
    await transaction.objectStore("apps").clear();
    await transaction.objectStore("sessions").clear();
    return sessions;
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
    const transaction = database.transaction(["sessions", "state", "apps"], "readwrite", STRICT);
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
