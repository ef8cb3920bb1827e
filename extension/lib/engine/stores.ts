// What the engine stored, for reading: the database's shape, typed reads, and stores that follow the engine's changes.
import { type Readable, readable } from "svelte/store";
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

let opened: Promise<IDBDatabase> | undefined;

/** Open the database, once for this context; whoever comes first creates its stores. */
export function openDatabase(): Promise<IDBDatabase> {
  opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Give what IndexedDB answers to `request`, or throw its error. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("IndexedDB gave no reason"));
    };
  });
}

/** Give the value of `key` in `store`, or undefined. */
export async function read(store: StoreName, key: string): Promise<unknown> {
  return settled((await reading(store)).get(key) as IDBRequest<unknown>);
}

/** Give one view, or null where there is none yet. */
export async function readState<K extends keyof State>(key: K): Promise<State[K] | null> {
  return ((await read("state", key)) as State[K] | undefined) ?? null;
}

/** Give everything in `store`, by key. */
export async function readAll<T>(store: StoreName): Promise<ReadonlyMap<string, T>> {
  const from = await reading(store);
  const [keys, values] = await Promise.all([
    settled(from.getAllKeys() as IDBRequest<string[]>),
    settled(from.getAll() as IDBRequest<T[]>),
  ]);
  return new Map(keys.map((key, at) => [key, values[at] as T]));
}

/** Give every match, in the order of rest_ids as text. */
export async function readMatches(): Promise<MatchView[]> {
  return settled((await reading("matches")).getAll() as IDBRequest<MatchView[]>);
}

/**
 * Give a Svelte store of what `query` reads, `initial` until the first answer; it is read again when the engine has
 * written one of `stores`, and only while somebody looks.
 */
export function live<T>(stores: readonly StoreName[], query: () => Promise<T>, initial: T): Readable<T> {
  return readable(initial, (set) => {
    const refresh = oneAtATime(async () => {
      set(await query());
    });
    const channel = openChannel((message) => {
      if (!("event" in message) || message.event.type !== "state.changed") return;
      if (message.event.stores.some((name) => (stores as readonly string[]).includes(name))) refresh();
    });
    refresh();
    return channel.close;
  });
}

/** Give a Svelte store of one view, null until it is there. */
export function liveState<K extends keyof State>(key: K): Readable<State[K] | null> {
  return live(["state"], () => readState(key), null);
}

async function reading(store: StoreName): Promise<IDBObjectStore> {
  return (await openDatabase()).transaction(store).objectStore(store);
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    const { objectStoreNames } = request.result;
    for (const name of STORES) if (!objectStoreNames.contains(name)) request.result.createObjectStore(name);
  };
  const database = await settled(request);
  const forget = () => {
    opened = undefined;
  };
  // Another context upgrades or deletes the database: give way, and open it again at the next read.
  database.onversionchange = () => {
    database.close();
    forget();
  };
  database.onclose = forget;
  return database;
}

/** Run `work` now, and once more afterwards if it was asked for meanwhile; never twice at the same time. */
function oneAtATime(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    do {
      again = false;
      await work();
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by a call during the await
    } while (again);
  };
  return () => {
    if (running) {
      again = true;
      return;
    }
    void run().finally(() => {
      running = false;
    });
  };
}
