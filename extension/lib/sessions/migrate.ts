// What earlier versions of Passerelle stored in the database `sessions` -> the shape of this version, in one transaction.
//
// Dumps of each version: tests/data/stored/sessions/
import type { IDBPDatabase, IDBPTransaction } from "idb";
import type { Session } from "./records";
import type { Schema } from "./store";

type Upgrade = IDBPTransaction<Schema, ("sessions" | "state")[], "versionchange">;

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
export async function migrate(
  database: IDBPDatabase<Schema>,
  stored: number,
  _wanted: number | null,
  transaction: Upgrade,
): Promise<void> {
  if (stored === 0) {
    database.createObjectStore("sessions");
    database.createObjectStore("state");
  }
  if (stored === 1) await toVersion2(transaction);
}

// Version 2: accounts on several networks, and one current account for each network instead of one in all.
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
