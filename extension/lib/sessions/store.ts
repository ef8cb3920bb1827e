// Where sessions are kept: IndexedDB database `sessions`, the only place of tokens. Works in pages and in workers.
import type { Session } from "./records";

const DATABASE = "sessions";
const VERSION = 1;
const SESSIONS = "sessions"; // did -> Session
const STATE = "state"; // "current" -> did
const CURRENT = "current";

/** Give one session, or null. */
export async function get(did: string): Promise<Session | null> {
  return (
    (await run<Session | undefined>([SESSIONS], "readonly", (stores) => stores(SESSIONS).get(did))) ?? null
  );
}

/** Give every session. */
export function all(): Promise<Session[]> {
  return run<Session[]>([SESSIONS], "readonly", (stores) => stores(SESSIONS).getAll());
}

/** Give the did that was signed in last, or null. */
export async function currentDid(): Promise<string | null> {
  return (await run<string | undefined>([STATE], "readonly", (stores) => stores(STATE).get(CURRENT))) ?? null;
}

/** Keep a new session, as the current one. */
export async function add(session: Session): Promise<void> {
  await run([SESSIONS, STATE], "readwrite", (stores) => {
    stores(STATE).put(session.did, CURRENT);
    return stores(SESSIONS).put(session, session.did);
  });
}

/** Keep what became of a session, unless it was forgotten meanwhile; says whether it is still there. */
export async function update(session: Session): Promise<boolean> {
  const before = await run<Session | undefined>([SESSIONS], "readwrite", (stores) => {
    const request = stores(SESSIONS).get(session.did);
    request.onsuccess = () => {
      if (request.result !== undefined) stores(SESSIONS).put(session, session.did);
    };
    return request;
  });
  return before !== undefined;
}

/** Forget a session. */
export async function remove(did: string): Promise<void> {
  await run([SESSIONS], "readwrite", (stores) => stores(SESSIONS).delete(did));
}

/** Forget everything. */
export async function clear(): Promise<void> {
  await run([SESSIONS, STATE], "readwrite", (stores) => {
    stores(STATE).clear();
    return stores(SESSIONS).clear();
  });
}

// The database is opened for each step and closed after it: an open connection would keep others from deleting it.
async function run<T>(
  names: string[],
  mode: IDBTransactionMode,
  work: (stores: (name: string) => IDBObjectStore) => IDBRequest,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const request = work((name) => transaction.objectStore(name)) as IDBRequest<T>;
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? ABORTED);
    });
    return request.result;
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () =>
      [SESSIONS, STATE].forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? ABORTED);
  });
}

const ABORTED = new DOMException("The browser gave no reason", "AbortError");
