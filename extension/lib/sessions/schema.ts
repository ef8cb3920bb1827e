// The shape of the database `sessions`, and how what earlier versions of Passerelle stored is brought into it.
//
// Dumps of each version: tests/data/stored/sessions/
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { App, Session, SessionNetwork } from "./records";

export interface Schema extends DBSchema {
  sessions: { key: string; value: Session }; // by id
  state: { key: SessionNetwork; value: string }; // network -> id of its current account
  apps: { key: string; value: App }; // by server and redirect; with " post" behind it, that of consents
  consents: { key: string; value: Session }; // by id: what may post once, until that is done
}

/** The version of this shape; each has a step in `migrate`. */
export const VERSION = 3;

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

/** A session of version 1: Bluesky only, by app password, its key the did. */
interface Session1 {
  readonly kind: "app-password";
  readonly did: string;
  readonly handle: string;
  readonly pds: string;
  readonly tokens: { access: string; refresh: string } | null;
  readonly signedInAt: string;
}

/** Create the stores, or bring those of an earlier version up to date; called by the browser within the upgrade. */
export function migrate(
  database: IDBPDatabase<Schema>,
  stored: number,
  _wanted: number | null,
  transaction: Upgrade,
): void {
  if (stored === 0) {
    database.createObjectStore("sessions");
    database.createObjectStore("state");
  }
  if (stored < 2) database.createObjectStore("apps");
  database.createObjectStore("consents");
  // An error leaves everything as it was: opening the database fails, and is tried again.
  if (stored === 1) toVersion2(transaction).catch(() => transaction.abort());
}

// Version 2: accounts on several networks, one current account for each network instead of one in all, and Mastodon's apps.
async function toVersion2(transaction: Upgrade): Promise<void> {
  const [sessions, state] = [transaction.objectStore("sessions"), transaction.objectStore("state")];
  for (const session of await sessions.getAll()) {
    const next = fromVersion1(session as unknown as Session1);
    await sessions.put(next, next.id);
  }
  const current = await state.get("current" as "bluesky");
  await state.clear();
  if (current !== undefined) await state.put(current, "bluesky");
}

function fromVersion1({ kind, did, handle, pds, tokens, signedInAt }: Session1): Session {
  return { kind, id: did, network: "bluesky", address: handle, server: pds, tokens, signedInAt };
}
