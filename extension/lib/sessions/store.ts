// IndexedDB database `sessions`, the only place where tokens are stored. Works in pages and in workers.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Session } from "./records";

interface Schema extends DBSchema {
  sessions: { key: string; value: Session }; // by did
  state: { key: typeof CURRENT; value: string }; // "current" -> did
}

const DATABASE = "sessions";
const VERSION = 1;
const CURRENT = "current";
const STRICT = { durability: "strict" } as const;

/** Return one session, or null. */
export function get(did: string): Promise<Session | null> {
  return use(async (database) => (await database.get("sessions", did)) ?? null);
}

/** Return every session. */
export function all(): Promise<Session[]> {
  return use((database) => database.getAll("sessions"));
}

/** Return the did that was signed in last, or null. */
export function currentDid(): Promise<string | null> {
  return use(async (database) => (await database.get("state", CURRENT)) ?? null);
}

/** Store a new session as the current one. */
export function add(session: Session): Promise<void> {
  return use(async (database) => {
    const transaction = database.transaction(["sessions", "state"], "readwrite", STRICT);
    await Promise.all([
      transaction.objectStore("state").put(session.did, CURRENT),
      transaction.objectStore("sessions").put(session, session.did),
      transaction.done,
    ]);
  });
}

/** Replace a session that is still stored; returns false where it was removed meanwhile. */
export function update(session: Session): Promise<boolean> {
  return use(async (database) => {
    const transaction = database.transaction("sessions", "readwrite", STRICT);
    const isThere = (await transaction.store.getKey(session.did)) !== undefined;
    await Promise.all([isThere && transaction.store.put(session, session.did), transaction.done]);
    return isThere;
  });
}

/** Remove a session. */
export function remove(did: string): Promise<void> {
  return use(async (database) => {
    const transaction = database.transaction("sessions", "readwrite", STRICT);
    await Promise.all([transaction.store.delete(did), transaction.done]);
  });
}

/** Remove everything. */
export function clear(): Promise<void> {
  return use(async (database) => {
    const transaction = database.transaction(["sessions", "state"], "readwrite", STRICT);
    await Promise.all([
      transaction.objectStore("state").clear(),
      transaction.objectStore("sessions").clear(),
      transaction.done,
    ]);
  });
}

// The database is opened for each step and closed after it: an open connection would keep others from deleting it.
async function use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  const database = await openDB<Schema>(DATABASE, VERSION, {
    upgrade: (created) => {
      created.createObjectStore("sessions");
      created.createObjectStore("state");
    },
  });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}
