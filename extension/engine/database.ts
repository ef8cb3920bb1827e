// The core's Storage on IndexedDB; the engine's worker is the only writer (docs/architecture.md, "State").
import type { IDBPDatabase, IDBPObjectStore } from "idb";
import { isForLackOfRoom, isStorageError, QUOTA_EXCEEDED } from "../lib/engine/room";
import { readAllStored, readStored, type StoreName, useDatabase } from "../lib/engine/stores";

/** A value on its way to or from Python: JSON as text, or bytes. */
export type Value = string | Uint8Array<ArrayBuffer>;

/** One change, as `storage.Put`, `Delete` and `Clear` in the core. */
export type Change =
  | { readonly kind: "put"; readonly store: StoreName; readonly key: string; readonly value: Value }
  | { readonly kind: "delete"; readonly store: StoreName; readonly key: string }
  | { readonly kind: "clear"; readonly store: StoreName };

// Each of these throws a DOMException named QuotaExceededError where the disk is full (lib/engine/room.ts): Chromium then
// does not even open a database to be read.

/** Return the value of `key`, or undefined where there is none. */
export async function get(store: StoreName, key: string): Promise<Value | undefined> {
  const stored = await naming(readStored(store, key));
  return stored === undefined ? undefined : toPython(stored);
}

/** Return the bytes from `start` to before `end` of a value of bytes; none where there is no such value. */
export async function getPart(
  store: StoreName,
  key: string,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await naming(readStored(store, key));
  return new Uint8Array(await (stored instanceof Blob ? stored : new Blob()).slice(start, end).arrayBuffer());
}

/** Return every key. */
export async function getKeys(store: StoreName): Promise<string[]> {
  return (await naming(useDatabase((database) => database.getAllKeys(store)))).map(String);
}

/** Return every key with its value, as they were at one moment. */
export async function getAll(store: StoreName): Promise<[string, Value][]> {
  const stored = [...(await naming(readAllStored<unknown>(store)))];
  return Promise.all(
    stored.map(async ([key, value]): Promise<[string, Value]> => [key, await toPython(value)]),
  );
}

/** Apply all changes in one transaction; they have reached the disk when the promise resolves. */
export async function write(changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await naming(useDatabase((database) => commit(database, changes)));
  hasRoom = true;
}

// As the last write found it: after a full disk closed the connection, no error says why it cannot be opened.
let hasRoom = true;

async function naming<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const isFull = isForLackOfRoom(error);
    hasRoom &&= !isFull;
    if (isFull || (!hasRoom && isStorageError(error))) throw new DOMException(String(error), QUOTA_EXCEEDED);
    throw error;
  }
}

async function commit(database: IDBPDatabase, changes: readonly Change[]): Promise<void> {
  const stores = [...new Set(changes.map((change) => change.store))];
  const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
  transaction.done.catch(() => undefined); // it may reject before it is waited for
  try {
    await Promise.all(changes.map((change) => apply(transaction.objectStore(change.store), change)));
  } catch (error) {
    abort(transaction);
    if (isAborted(error)) await transaction.done; // throws the reason, of which the requests know nothing
    throw error;
  }
  await transaction.done;
}

function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

type Store = IDBPObjectStore<unknown, StoreName[], StoreName, "readwrite">;

async function apply(store: Store, change: Change): Promise<unknown> {
  if (change.kind === "put") return store.put(toStored(change.value), change.key);
  if (change.kind === "delete") return store.delete(change.key);
  return store.clear();
}

function toStored(value: Value): unknown {
  return typeof value === "string" ? JSON.parse(value) : new Blob([value]);
}

async function toPython(stored: unknown): Promise<Value> {
  if (stored instanceof Blob) return new Uint8Array(await stored.arrayBuffer());
  return JSON.stringify(stored);
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch (error) {
    const hasEnded = error instanceof DOMException && error.name === "InvalidStateError";
    if (!hasEnded) throw error;
  }
}
