// One lasting connection to an IndexedDB database per context, which never blocks another context's upgrade or deletion.
import { type IDBPDatabase, openDB, type OpenDBCallbacks } from "idb";
import { type Memoized, memoize } from "./async";

/** Return a function that returns the connection: opened at the first call, and again after it had to be closed. */
export function connectTo<Schema = unknown>(
  name: string,
  version: number,
  upgrade: NonNullable<OpenDBCallbacks<Schema>["upgrade"]>,
): Memoized<IDBPDatabase<Schema>> {
  const connection = memoize(() =>
    openDB<Schema>(name, version, {
      upgrade,
      blocking: (_version, _blocked, event) => {
        (event.target as IDBDatabase).close();
        connection.forget();
      },
      terminated: () => {
        connection.forget();
      },
    }),
  );
  return connection;
}

/**
 * Return a function that runs `work` with the connection, and once more with a new one where the old one was closed
 * without a word: Chromium does that to every connection when the disk is full, and fires no event.
 */
export function makeUse<Schema>(connection: Memoized<IDBPDatabase<Schema>>) {
  return async function use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await connection());
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
      connection.forget();
      return work(await connection());
    }
  };
}
