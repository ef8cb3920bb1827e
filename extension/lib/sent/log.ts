// How many requests went to which host, why, and on which day: counts in IndexedDB `sent`, on this computer only.
//
// No path, account, token or content is kept. Each context (pages, background, engine's worker) counts in memory and adds
// its counts to the database a moment later: no request waits for that, and a context that is killed loses that moment.
import type { DBSchema } from "idb";
import { makeSerializer } from "../async";
import { connectTo, makeUse } from "../database";
import { dayBefore, dayOf } from "../days";
import { type Purpose, PURPOSES } from "./purposes";

/** Requests to one host for one purpose on one day of the person's calendar (YYYY-MM-DD). */
export interface Sent {
  readonly day: string;
  readonly host: string;
  readonly why: Purpose;
  readonly count: number;
}

interface Schema extends DBSchema {
  counts: { key: string; value: Sent };
}

export const KEPT_DAYS = 90;
/** Lines kept: at 150 bytes each about 3 MB; of more, the oldest go. Some 200 hosts a day fit. */
export const MAX_LINES = 20_000;
const MAX_HOST = 261; // characters: a DNS name (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4), a colon, a port
const MOMENT = 100; // ms from the first count to the database
const CHANNEL = "passerelle-sent";

const connection = connectTo<Schema>("sent", 1, (database) => {
  database.createObjectStore("counts");
});
const use = makeUse<Schema>(connection);
const inOrder = makeSerializer();
let pending = new Map<string, Sent>();
let storing = new Map<string, Sent>(); // taken from `pending` until the database has it
let clock: ReturnType<typeof setTimeout> | undefined;
let channel: BroadcastChannel | undefined;

/** Count one request. Never throws, and waits for nothing. */
export function note(host: string, why: Purpose, now = new Date()): void {
  listen();
  increase({ day: dayOf(now), host: host.slice(0, MAX_HOST), why, count: 1 });
  clock ??= setTimeout(() => void store().catch(() => undefined), MOMENT);
}

/** Return all counts, the newest day first, those of a day by host. Rejects where the database cannot be read. */
export async function readSent(): Promise<Sent[]> {
  await store();
  const all = (await use((database) => database.getAll("counts"))).filter(isSent);
  return all.sort((a, b) => compare(b.day, a.day) || compare(a.host, b.host) || compare(a.why, b.why));
}

/** Delete all counts, also those that other contexts have not stored yet. */
export async function clearSent(): Promise<void> {
  listen();
  channel?.postMessage("clear");
  forget();
  await inOrder(() => use((database) => database.clear("counts")));
}

/** Add what was counted in this context to the database. What it refuses is added with the next counts. */
async function store(): Promise<void> {
  clearTimeout(clock);
  clock = undefined;
  await inOrder(async () => {
    storing = pending;
    pending = new Map();
    try {
      await use((database) => add(database, storing));
    } catch (error) {
      for (const sent of storing.values()) increase(sent);
      throw error;
    }
  });
}

type Database = Parameters<Parameters<typeof use>[0]>[0];

async function add(database: Database, counted: ReadonlyMap<string, Sent>): Promise<void> {
  const transaction = database.transaction("counts", "readwrite", { durability: "relaxed" });
  const { store } = transaction;
  for (const [key, sent] of counted) {
    const before = await store.get(key);
    await store.put({ ...sent, count: sent.count + (before?.count ?? 0) }, key);
  }
  await store.delete(IDBKeyRange.upperBound(dayBefore(new Date(), KEPT_DAYS - 1))); // keys begin with the day
  let surplus = (await store.count()) - MAX_LINES;
  for (let oldest = surplus > 0 ? await store.openCursor() : null; oldest && surplus > 0; surplus--) {
    await oldest.delete();
    oldest = await oldest.continue();
  }
  await transaction.done;
}

function increase(sent: Sent): void {
  const key = `${sent.day} ${sent.host} ${sent.why}`;
  const before = pending.get(key);
  // A database that cannot be written must not fill the memory.
  if (before || pending.size < MAX_LINES)
    pending.set(key, { ...sent, count: sent.count + (before?.count ?? 0) });
}

function listen(): void {
  if (channel) return;
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = forget;
}

function forget(): void {
  clearTimeout(clock);
  clock = undefined;
  pending.clear();
  storing.clear();
}

function isSent({ why }: Sent): boolean {
  return PURPOSES.includes(why);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
