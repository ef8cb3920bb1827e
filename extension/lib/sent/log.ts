// How many requests went to which host, why, and on which day: counts in IndexedDB `sent`, on this computer only.
//
// No address, name, token or content is kept. Each context (pages, background, engine's worker) counts in memory and adds
// its counts to the database soon after: no request waits for that.
import type { DBSchema } from "idb";
import { makeSerializer } from "../async";
import { connectTo, makeUse } from "../database";
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

const KEPT_DAYS = 90;
const MAX_ENTRIES = 5_000; // at 150 bytes each less than a megabyte; the oldest go first
const MAX_HOST = 253; // characters of a DNS name; a port is counted with it
const FLUSH = 500; // ms from the first count to the database
const CHANNEL = "passerelle-sent";

const connection = connectTo<Schema>("sent", 1, (database) => {
  database.createObjectStore("counts");
});
const use = makeUse<Schema>(connection);
const inOrder = makeSerializer();
const pending = new Map<string, Sent>();
let clock: ReturnType<typeof setTimeout> | undefined;
let channel: BroadcastChannel | undefined;

/** Count one request. Never throws, and takes no time worth naming. */
export function note(host: string, why: Purpose, now = new Date()): void {
  listen();
  const day = dayOf(now);
  const sent = { day, host: host.slice(0, MAX_HOST), why, count: 1 };
  increase(keyOf(sent), sent);
  clock ??= setTimeout(() => void flush().catch(() => undefined), FLUSH);
}

/** Add what was counted in this context to the database, and delete what is too old or too much. Rejects where it cannot. */
export async function flush(): Promise<void> {
  clearTimeout(clock);
  clock = undefined;
  const counted = [...pending];
  pending.clear();
  try {
    await inOrder(() => use((database) => add(database, counted)));
  } catch (error) {
    for (const [key, sent] of counted) increase(key, sent); // stored with the next ones
    throw error;
  }
}

function increase(key: string, sent: Sent): void {
  pending.set(key, { ...sent, count: sent.count + (pending.get(key)?.count ?? 0) });
}

/** Return all counts, the newest day first, and of a day by host. */
export async function readSent(): Promise<Sent[]> {
  await flush();
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

/** Write counts as CSV (RFC 4180). */
export function toCsv(sent: readonly Sent[]): string {
  const lines = sent.map(({ day, host, why, count }) => [day, host, why, String(count)].join(","));
  return ["day,host,purpose,requests", ...lines].join("\r\n") + "\r\n";
}

/** Return the name of such a file, with today's date. */
export function csvName(): string {
  return `passerelle-requests-${dayOf(new Date())}.csv`;
}

type Database = Parameters<Parameters<typeof use>[0]>[0];

async function add(database: Database, counted: readonly (readonly [string, Sent])[]): Promise<void> {
  const transaction = database.transaction("counts", "readwrite");
  const { store } = transaction;
  for (const [key, sent] of counted) {
    const before = await store.get(key);
    await store.put({ ...sent, count: sent.count + (before?.count ?? 0) }, key);
  }
  await store.delete(IDBKeyRange.upperBound(dayOf(new Date(), -KEPT_DAYS)));
  let surplus = (await store.count()) - MAX_ENTRIES;
  for (let oldest = await store.openCursor(); oldest && surplus > 0; surplus--) {
    await oldest.delete();
    oldest = await oldest.continue();
  }
  await transaction.done;
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
}

function keyOf({ day, host, why }: Sent): string {
  return `${day} ${host} ${why}`;
}

/** Return a day of the person's calendar, so many days from `moment`. */
function dayOf(moment: Date, days = 0): string {
  const day = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + days, 12);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function isSent({ why }: Sent): boolean {
  return PURPOSES.includes(why);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
