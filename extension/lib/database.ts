// One lasting connection to an IndexedDB database per context, which never blocks another context's upgrade or deletion.
import { type IDBPDatabase, openDB, type OpenDBCallbacks } from "idb";
import { memoize } from "./async";

/** Return a function that gives the connection: opened at the first call, and again after it had to be closed. */
export function connectTo<Schema = unknown>(
  name: string,
  version: number,
  upgrade: NonNullable<OpenDBCallbacks<Schema>["upgrade"]>,
): () => Promise<IDBPDatabase<Schema>> {
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
