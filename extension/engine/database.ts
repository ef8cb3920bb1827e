// IndexedDB as the core's Storage: the engine's worker is its only writer (docs/architecture.md, "State").
import { openDatabase, settled, type StoreName } from "../lib/engine/stores";

/** A value on its way to or from Python: JSON as text, or bytes. */
export type Value = string | Uint8Array<ArrayBuffer>;

/** One change, as `storage.Put`, `Delete` and `Clear` in the core. */
export type Change =
  | { readonly kind: "put"; readonly store: StoreName; readonly key: string; readonly value: Value }
  | { readonly kind: "delete"; readonly store: StoreName; readonly key: string }
  | { readonly kind: "clear"; readonly store: StoreName };

/** Give the value of `key`, or undefined where there is none. */
export async function get(store: StoreName, key: string): Promise<Value | undefined> {
  const transaction = (await openDatabase()).transaction(store);
  const stored = await settled(transaction.objectStore(store).get(key) as IDBRequest<unknown>);
  return stored === undefined ? undefined : toPython(stored);
}

/** Give every key and its value, as one moment saw them. */
export async function getAll(store: StoreName): Promise<[string, Value][]> {
  const objects = (await openDatabase()).transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([
    settled(objects.getAllKeys() as IDBRequest<string[]>),
    settled(objects.getAll() as IDBRequest<unknown[]>),
  ]);
  return Promise.all(
    keys.map(async (key, index): Promise<[string, Value]> => [key, await toPython(values[index])]),
  );
}

/** Apply all changes in one transaction; when this is done, they have reached the disk. */
export async function write(changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const stores = [...new Set(changes.map((change) => change.store))];
  const transaction = (await openDatabase()).transaction(stores, "readwrite", {
    durability: "strict",
  });
  try {
    for (const change of changes) apply(transaction.objectStore(change.store), change);
  } catch (error) {
    transaction.abort();
    throw error;
  }
  await done(transaction);
}

function apply(store: IDBObjectStore, change: Change): void {
  if (change.kind === "put") store.put(toStored(change.value), change.key);
  else if (change.kind === "delete") store.delete(change.key);
  else store.clear();
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error("the transaction was aborted"));
    };
  });
}

function toStored(value: Value): unknown {
  return typeof value === "string" ? JSON.parse(value) : new Blob([value]);
}

async function toPython(stored: unknown): Promise<Value> {
  if (stored instanceof Blob) return new Uint8Array(await stored.arrayBuffer());
  return JSON.stringify(stored);
}
