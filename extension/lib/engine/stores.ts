// What the engine stored, for reading: the database's shape, typed reads, and stores that follow the engine's changes.
import { type Readable, readable } from "svelte/store";
import { coalesce } from "../async";
import { connectTo } from "../database";
import { openChannel } from "./channel";
import {
  type ArchiveView,
  type DirectoryView,
  type MatchesView,
  type MatchView,
  type QueueView,
  STORES,
  type WorkView,
} from "../messages/messages.gen";

export type StoreName = (typeof STORES)[number];

/** The views of store `state` by key. */
export interface State {
  archive: ArchiveView;
  directory: DirectoryView;
  matches: MatchesView;
  queue: QueueView;
  work: WorkView;
}

const DATABASE = "passerelle";
const VERSION = 2; // 2: store "hints"

/** Return the connection to the engine's database; the first context that opens it creates its stores. */
export const openDatabase = connectTo(DATABASE, VERSION, (database) => {
  for (const name of STORES) if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
});

/** Return the value of `key` in `store`, or undefined. */
export async function read(store: StoreName, key: string): Promise<unknown> {
  return (await openDatabase()).get(store, key) as Promise<unknown>;
}

/** Return one view, or null where there is none yet. */
export async function readState<K extends keyof State>(key: K): Promise<State[K] | null> {
  return ((await read("state", key)) as State[K] | undefined) ?? null;
}

/** Return the keys of `store`. */
export async function readKeys(store: StoreName): Promise<ReadonlySet<IDBValidKey>> {
  return new Set(await (await openDatabase()).getAllKeys(store));
}

/** Return everything in `store`, by key, as it was at one moment. */
export async function readAll<T>(store: StoreName): Promise<ReadonlyMap<string, T>> {
  const objects = (await openDatabase()).transaction(store).store;
  const [keys, values] = await Promise.all([objects.getAllKeys(), objects.getAll()]);
  return new Map(keys.map((key, at) => [key as string, values[at] as T]));
}

/** Return every match, in the order of rest_ids as text. */
export async function readMatches(): Promise<MatchView[]> {
  return (await openDatabase()).getAll("matches") as Promise<MatchView[]>;
}

/**
 * Return a Svelte store of what `query` reads, `initial` until the first answer. While it has subscribers, it is read
 * again whenever the engine has written one of `stores`; what goes wrong is reported and tried again at the next write.
 */
export function live<T>(stores: readonly StoreName[], query: () => Promise<T>, initial: T): Readable<T> {
  return readable(initial, (set) => {
    const refresh = coalesce(async () => {
      set(await query());
    }, report);
    const channel = openChannel((message) => {
      if (!("event" in message) || message.event.type !== "state.changed") return;
      if (message.event.stores.some((name) => (stores as readonly string[]).includes(name))) refresh();
    });
    refresh();
    return channel.close;
  });
}

// Pages show what reaches their "error" event.
function report(error: unknown): void {
  reportError(error);
}
