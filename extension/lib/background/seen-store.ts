// IndexedDB database `seen`: whom X's pages have named, and who stands in the list being read. The background alone uses it.
import { settled } from "../engine/stores";
import { isSameProfile, mayNameAccount } from "../rules/hints";
import type { SeenUser } from "../x/answers/users";

/** A person as last seen; `seen` is an ISO 8601 date, `name` the @name in lower case. */
export interface SeenRecord extends SeenUser {
  readonly seen: string;
  readonly name: string;
  /** There while the engine is to look for addresses in their profile; the index holds nobody else. */
  readonly waits?: 1;
}

interface Member {
  readonly rest_id: string;
  /** Whether the engine has them: 0 or 1, since IndexedDB cannot look for booleans. */
  readonly told: 0 | 1;
}

const DATABASE = "seen";
const VERSION = 2; // 2: who waits
/** People kept; beyond, those not seen for longest go. About 1 kB each. */
export const MAX_SEEN = 50_000;

export type SeenStore = ReturnType<typeof makeSeenStore>;

/** Make the one door to the database; it is opened at the first use. */
export function makeSeenStore(max = MAX_SEEN) {
  let opened: Promise<IDBDatabase> | undefined;

  async function using(mode: IDBTransactionMode): Promise<IDBTransaction> {
    opened ??= open(() => (opened = undefined));
    return (await opened).transaction(["people", "members"], mode);
  }

  return {
    /**
     * Keep what was seen at `seen`: what is known stays where this observation says nothing. Of whom the engine has hints
     * already (`isHinted`), every change waits for it; of others, a profile that may name an account.
     */
    async remember(
      users: readonly SeenUser[],
      seen: string,
      isHinted: (restId: string) => boolean = () => false,
    ): Promise<void> {
      const transaction = await using("readwrite");
      const people = transaction.objectStore("people");
      for (const user of users) {
        const known = (await settled(people.get(user.rest_id))) as SeenRecord | undefined;
        const now = merged(known, user, seen);
        people.put(isNews(known, now, isHinted(user.rest_id)) ? { ...now, waits: 1 } : now);
      }
      const excess = (await settled(people.count())) - max;
      if (excess > 0)
        for (const key of await settled(people.index("seen").getAllKeys(null, excess))) people.delete(key);
      await done(transaction);
    },

    /** Give who bore this @name last. */
    async named(screenName: string): Promise<SeenRecord | null> {
      const index = (await using("readonly")).objectStore("people").index("name");
      const records = (await settled(index.getAll(screenName.toLowerCase()))) as SeenRecord[];
      return records.sort((one, other) => (one.seen < other.seen ? 1 : -1))[0] ?? null;
    },

    async all(): Promise<SeenRecord[]> {
      return (await settled((await using("readonly")).objectStore("people").getAll())) as SeenRecord[];
    },

    /** Add to the list being read; gives how many stand in it now. */
    async addMembers(ids: readonly string[]): Promise<number> {
      const transaction = await using("readwrite");
      const members = transaction.objectStore("members");
      for (const rest_id of ids) {
        if ((await settled(members.getKey(rest_id))) === undefined)
          members.put({ rest_id, told: 0 } satisfies Member);
      }
      const count = await settled(members.count());
      await done(transaction);
      return count;
    },

    /** Give up to `count` members whom the engine does not have yet. */
    async untold(count: number): Promise<SeenRecord[]> {
      const transaction = await using("readonly");
      const ids = await settled(transaction.objectStore("members").index("told").getAllKeys(0, count));
      const records = await Promise.all(ids.map((id) => settled(transaction.objectStore("people").get(id))));
      return records.filter((record) => record !== undefined) as SeenRecord[];
    },

    async markTold(ids: readonly string[]): Promise<void> {
      const transaction = await using("readwrite");
      for (const rest_id of ids)
        transaction.objectStore("members").put({ rest_id, told: 1 } satisfies Member);
      await done(transaction);
    },

    /** Give up to `count` people whose profiles wait for the engine. */
    async waiting(count: number): Promise<SeenRecord[]> {
      return (await settled(
        (await using("readonly")).objectStore("people").index("waits").getAll(null, count),
      )) as SeenRecord[];
    },

    /** The engine has looked at these profiles: they wait no more, unless they have changed meanwhile. */
    async settle(looked: readonly SeenRecord[]): Promise<void> {
      const transaction = await using("readwrite");
      const people = transaction.objectStore("people");
      for (const record of looked) {
        const now = (await settled(people.get(record.rest_id))) as SeenRecord | undefined;
        if (now && isSameProfile(now, record)) people.put({ ...now, waits: undefined });
      }
      await done(transaction);
    },

    /** Begin a new list. */
    async clearMembers(): Promise<void> {
      const transaction = await using("readwrite");
      transaction.objectStore("members").clear();
      await done(transaction);
    },

    /** Forget everybody. */
    async clear(): Promise<void> {
      const transaction = await using("readwrite");
      transaction.objectStore("people").clear();
      transaction.objectStore("members").clear();
      await done(transaction);
    },
  };
}

function isNews(known: SeenRecord | undefined, now: SeenRecord, isHinted: boolean): boolean {
  if (known && isSameProfile(known, now)) return known.waits === 1;
  return isHinted || mayNameAccount(now) || (known !== undefined && mayNameAccount(known));
}

function merged(known: SeenRecord | undefined, user: SeenUser, seen: string): SeenRecord {
  const isFuller = user.bio !== null || !known;
  return {
    rest_id: user.rest_id,
    screen_name: user.screen_name,
    display_name: user.display_name ?? known?.display_name ?? null,
    bio: user.bio ?? known?.bio ?? null,
    location: user.location ?? known?.location ?? null,
    website: user.website ?? (isFuller ? null : known.website),
    links: isFuller ? user.links : known.links,
    seen,
    name: user.screen_name.toLowerCase(),
  };
}

async function open(forget: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      const people = request.result.createObjectStore("people", { keyPath: "rest_id" });
      people.createIndex("seen", "seen");
      people.createIndex("name", "name");
      request.result.createObjectStore("members", { keyPath: "rest_id" }).createIndex("told", "told");
    }
    const people = request.transaction?.objectStore("people");
    people?.createIndex("waits", "waits");
    if (people && oldVersion === 1) letWait(people);
  };
  const database = await settled(request).catch((error: unknown) => {
    forget();
    throw error;
  });
  database.onversionchange = () => {
    database.close();
    forget();
  };
  database.onclose = forget;
  return database;
}

// Those seen before anybody looked for addresses.
function letWait(people: IDBObjectStore): void {
  const cursors = people.openCursor();
  cursors.onsuccess = () => {
    const cursor = cursors.result;
    if (!cursor) return;
    const record = cursor.value as SeenRecord;
    if (mayNameAccount(record)) cursor.update({ ...record, waits: 1 });
    cursor.continue();
  };
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = transaction.onerror = () => {
      reject(transaction.error ?? new Error("IndexedDB gave no reason"));
    };
  });
}
