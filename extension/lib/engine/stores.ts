// What the engine stored, for reading: the database's shape, typed reads, and stores that follow the engine's changes.
import type { IDBPDatabase } from "idb";
import { type Readable, readable } from "svelte/store";
import { coalesce } from "../async";
import { connectTo, makeUse } from "../database";
import { openChannel } from "./channel";
import {
  type AddedDirectoriesView,
  type ApprovalView,
  type ArchiveView,
  type BlockingView,
  type CampaignsView,
  type DateOfferView,
  type DateView,
  type DirectoryView,
  type ExcludedPeopleView,
  type GrowthView,
  type GuessView,
  type JoinView,
  type LanesView,
  type MatchesView,
  type MatchView,
  type NewsView,
  type OfferView,
  type PostView,
  type PreferredView,
  type QueueView,
  type SearchView,
  SCHEMAS,
  STORES,
  type WorkView,
} from "../messages/messages.gen";

export type StoreName = (typeof STORES)[number];

/** The views of store `state` by key. */
export interface State {
  /** The standing approval to follow people who are new in the directory. */
  approval: ApprovalView;
  archive: ArchiveView;
  /** Blocking, on Bluesky, people who are blocked on X. */
  blocking: BlockingView;
  /** Days on which people leave together, as the directory announces them. */
  campaigns: CampaignsView;
  /** An archive of another account that waits for the person's answer. */
  candidate: ArchiveView;
  /** The date on which people are followed together, with its approval. */
  date: DateView;
  /** Whether choosing a date would lead to anything. */
  date_offer: DateOfferView;
  directories: AddedDirectoriesView;
  directory: DirectoryView;
  excluded: ExcludedPeopleView;
  /** Where the followed people were found, day by day. */
  growth: GrowthView;
  /** The own claim: "this X account is mine, too". */
  join: JoinView;
  lanes: LanesView;
  matches: MatchesView;
  news: NewsView;
  /** An objection: a person does not want to be listed. */
  objection: JoinView;
  offer: OfferView;
  /** A post of the person's own on each network. */
  "post bluesky": PostView;
  "post fediverse": PostView;
  preferred: PreferredView;
  queue: QueueView;
  search: SearchView;
  work: WorkView;
}

const DATABASE = "passerelle";
const VERSION = 4; // 2: store "hints"; 3: stores "candidates" and "guesses"; 4: store "profiles"

/** Run something with the engine's database; the first context that opens it creates its stores. */
export const useDatabase = makeUse(
  connectTo(DATABASE, VERSION, (database) => {
    for (const name of STORES)
      if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
  }),
);

/** Return the value of `key` in `store`, or undefined; whatever version of Passerelle stored it. */
export async function readStored(store: StoreName, key: string): Promise<unknown> {
  return useDatabase((database) => database.get(store, key) as Promise<unknown>);
}

/** Return everything in `store`, by key, as it was at one moment; whatever version of Passerelle stored it. */
export async function readAllStored<T>(store: StoreName): Promise<ReadonlyMap<string, T>> {
  const [keys, values] = await useDatabase((database) => {
    const objects = database.transaction(store).store;
    return Promise.all([objects.getAllKeys(), objects.getAll()]);
  });
  return new Map(keys.map((key, at) => [key as string, values[at] as T]));
}

/**
 * Return whether the records of `store` have the shape that this version reads. Records of another version count as
 * absent until the engine has migrated them (`state.changed` says when); the background starts it after an update.
 */
export async function isCurrent(store: StoreName): Promise<boolean> {
  if (!current.has(store)) {
    const numbers = (await readStored("state", "schemas")) as Partial<Record<StoreName, number>> | undefined;
    if (numbers?.[store] !== SCHEMAS[store]) return false;
    current.add(store);
  }
  return true;
}

/** Return whether some store holds records of another version. */
export async function isMigrationDue(): Promise<boolean> {
  for (const store of STORES) {
    if (!(await isCurrent(store)) && (await useDatabase((database) => database.count(store))) > 0)
      return true;
  }
  return false;
}

// Once current, a store stays so as long as this code runs: it is written by the engine of the same version.
const current = new Set<StoreName>();

/** Return the value of `key` in `store`, or undefined. */
export async function read(store: StoreName, key: string): Promise<unknown> {
  return (await isCurrent(store)) ? readStored(store, key) : undefined;
}

/** Return one view, or null where there is none yet. */
export async function readState<K extends keyof State>(key: K): Promise<State[K] | null> {
  return ((await read("state", key)) as State[K] | undefined) ?? null;
}

/** Return the keys of `store`. */
export async function readKeys(store: StoreName): Promise<ReadonlySet<IDBValidKey>> {
  return new Set((await isCurrent(store)) ? await useDatabase((database) => database.getAllKeys(store)) : []);
}

/** Return everything in `store`, by key, as it was at one moment. */
export async function readAll<T>(store: StoreName): Promise<ReadonlyMap<string, T>> {
  return (await isCurrent(store)) ? readAllStored(store) : new Map<string, T>();
}

const CHUNK = 1000; // records of one answer: the page stays responsive between two

/** Return every match as it was at one moment, in the order of rest_ids as text. */
export async function readMatches(): Promise<MatchView[]> {
  return (await isCurrent("matches")) ? useDatabase(readInChunks) : [];
}

async function readInChunks(database: IDBPDatabase): Promise<MatchView[]> {
  const { store } = database.transaction("matches");
  const read: MatchView[] = [];
  let chunk: MatchView[];
  do {
    const last = read.at(-1)?.rest_id;
    const rest = last === undefined ? undefined : IDBKeyRange.lowerBound(last, true);
    chunk = (await store.getAll(rest, CHUNK)) as MatchView[];
    read.push(...chunk);
  } while (chunk.length === CHUNK);
  return read;
}

/** Return the matches of these people as they were at one moment; those without one are left out. */
export async function readMatchesOf(restIds: Iterable<string>): Promise<MatchView[]> {
  if (!(await isCurrent("matches"))) return [];
  const read = await useDatabase((database) => {
    const { store } = database.transaction("matches");
    return Promise.all(Array.from(restIds, (id) => store.get(id) as Promise<MatchView | undefined>));
  });
  return read.filter((match) => match !== undefined);
}

/** Return the people with proposed accounts. */
export async function readGuesses(): Promise<GuessView[]> {
  return [...(await readAll<GuessView>("guesses")).values()];
}

/** The keys that were written since the last read; null: anything may have changed. */
export type Changed = ReadonlySet<string> | null;

/**
 * Return a Svelte store of what `query` reads, `initial` until the first answer. While it has subscribers, it is read
 * again whenever the engine has written one of `stores`; what goes wrong is reported and tried again at the next write.
 * `query` is told what has changed, which is of use where it reads one store.
 */
export function live<T>(
  stores: readonly StoreName[],
  query: (changed: Changed) => Promise<T>,
  initial: T,
): Readable<T> {
  return readable(initial, (set) => {
    let changed: Changed = null;
    const readAgain = coalesce(async () => {
      const read = changed;
      changed = new Set();
      try {
        set(await query(read));
      } catch (error) {
        changed = null;
        throw error;
      }
    }, report);
    const refresh = () => void noted(readAgain());
    const channel = openChannel((message) => {
      if (!("event" in message) || message.event.type !== "state.changed") return;
      const { event } = message;
      const written = stores.filter((name) => event.stores.includes(name));
      for (const name of written) changed = withKeys(changed, event.keys[name]);
      if (written.length > 0) refresh();
    });
    refresh();
    return channel.close;
  });
}

// The reads of this page that have not ended.
const reads = new Set<Promise<void>>();

function noted(read: Promise<void>): Promise<void> {
  reads.add(read);
  return read.finally(() => reads.delete(read));
}

/** Resolve once every store of `live` shows what the engine has announced until now. */
export async function settled(): Promise<void> {
  await Promise.all(reads);
}

function withKeys(changed: Changed, keys: readonly string[] | undefined): Changed {
  return changed && keys ? new Set([...changed, ...keys]) : null;
}

// Pages show what reaches their "error" event.
function report(error: unknown): void {
  reportError(error);
}
