// IndexedDB database `seen`: the people seen on X's pages, and the members of the list being read. The background alone uses it.
import type { DBSchema, IDBPDatabase, IDBPTransaction } from "idb";
import { connectTo } from "../database";
import { isSameProfile, mayNameAccount } from "../rules/hints";
import type { SeenUser } from "../rules/profile";

/** A person as last seen; `seen` is an ISO 8601 date, `name` the @name in lower case. */
export interface SeenRecord extends SeenUser {
  readonly seen: string;
  readonly name: string;
  /** There while the engine is to look for addresses in their profile; the index holds only those. */
  readonly waits?: 1;
}

interface Member {
  readonly rest_id: string;
  /** Whether the engine has them: 0 or 1, since IndexedDB cannot look for booleans. */
  readonly told: 0 | 1;
}

interface Schema extends DBSchema {
  people: {
    key: string;
    value: SeenRecord;
    indexes: { seen: string; name: string; waits: number };
  };
  members: { key: string; value: Member; indexes: { told: number } };
}

const DATABASE = "seen";
const VERSION = 2; // 2: who waits
/** People kept; beyond, those not seen for longest go. About 1 kB each. */
export const MAX_SEEN = 50_000;

export type SeenStore = ReturnType<typeof makeSeenStore>;

/** Make the only access to the database, which the first use opens. */
export function makeSeenStore(max = MAX_SEEN) {
  const opened = connectTo<Schema>(DATABASE, VERSION, upgrade);

  async function writing() {
    return (await opened()).transaction(["people", "members"], "readwrite");
  }

  return {
    /**
     * Store what was seen at `seen`: what is known stays where this observation says nothing. Where the engine has hints
     * already (`isHinted`), every change waits for it; of others, a profile that may name an account.
     */
    async remember(
      users: readonly SeenUser[],
      seen: string,
      isHinted: (restId: string) => boolean = () => false,
    ): Promise<void> {
      const transaction = await writing();
      const people = transaction.objectStore("people");
      for (const user of users) {
        const known = await people.get(user.rest_id);
        const now = merged(known, user, seen);
        await people.put(isNews(known, now, isHinted(user.rest_id)) ? { ...now, waits: 1 } : now);
      }
      const excess = (await people.count()) - max;
      if (excess > 0)
        for (const key of await people.index("seen").getAllKeys(null, excess)) await people.delete(key);
      await transaction.done;
    },

    /** Return who bore this @name last. */
    async named(screenName: string): Promise<SeenRecord | null> {
      const records = await (await opened()).getAllFromIndex("people", "name", screenName.toLowerCase());
      return records.sort((one, other) => (one.seen < other.seen ? 1 : -1))[0] ?? null;
    },

    async all(): Promise<SeenRecord[]> {
      return (await opened()).getAll("people");
    },

    /** Add to the list being read; gives how many stand in it now. */
    async addMembers(ids: readonly string[]): Promise<number> {
      const transaction = await writing();
      const members = transaction.objectStore("members");
      for (const rest_id of ids) {
        if ((await members.getKey(rest_id)) === undefined) await members.put({ rest_id, told: 0 });
      }
      const count = await members.count();
      await transaction.done;
      return count;
    },

    /** Return up to `count` members whom the engine does not have yet. */
    async untold(count: number): Promise<SeenRecord[]> {
      const transaction = (await opened()).transaction(["people", "members"]);
      const ids = await transaction.objectStore("members").index("told").getAllKeys(0, count);
      const records = await Promise.all(ids.map((id) => transaction.objectStore("people").get(id)));
      return records.filter((record) => record !== undefined);
    },

    async markTold(ids: readonly string[]): Promise<void> {
      const transaction = await writing();
      for (const rest_id of ids) await transaction.objectStore("members").put({ rest_id, told: 1 });
      await transaction.done;
    },

    /** Return up to `count` people whose profiles wait for the engine. */
    async waiting(count: number): Promise<SeenRecord[]> {
      return (await opened()).getAllFromIndex("people", "waits", null, count);
    },

    /** The engine has looked at these profiles: they wait no more, unless they have changed meanwhile. */
    async settle(looked: readonly SeenRecord[]): Promise<void> {
      const transaction = await writing();
      const people = transaction.objectStore("people");
      for (const record of looked) {
        const now = await people.get(record.rest_id);
        if (now && isSameProfile(now, record)) await people.put(withoutWait(now));
      }
      await transaction.done;
    },

    /** Begin a new list. */
    async clearMembers(): Promise<void> {
      const transaction = await writing();
      await transaction.objectStore("members").clear();
      await transaction.done;
    },

    /** Forget everybody. */
    async clear(): Promise<void> {
      const transaction = await writing();
      await transaction.objectStore("people").clear();
      await transaction.objectStore("members").clear();
      await transaction.done;
    },
  };
}

function isNews(known: SeenRecord | undefined, now: SeenRecord, isHinted: boolean): boolean {
  if (known && isSameProfile(known, now)) return known.waits === 1;
  return isHinted || mayNameAccount(now) || (known !== undefined && mayNameAccount(known));
}

function merged(known: SeenRecord | undefined, user: SeenUser, seen: string): SeenRecord {
  const picture = user.picture ?? known?.picture;
  const isFuller = user.bio !== null || !known;
  return {
    rest_id: user.rest_id,
    screen_name: user.screen_name,
    display_name: user.display_name ?? known?.display_name ?? null,
    bio: user.bio ?? known?.bio ?? null,
    location: user.location ?? known?.location ?? null,
    website: user.website ?? (isFuller ? null : known.website),
    links: isFuller ? user.links : known.links,
    ...(picture && { picture }),
    seen,
    name: user.screen_name.toLowerCase(),
  };
}

type Upgrade = IDBPTransaction<Schema, ("people" | "members")[], "versionchange">;

function upgrade(
  database: IDBPDatabase<Schema>,
  oldVersion: number,
  _newVersion: number | null,
  transaction: Upgrade,
): void {
  if (oldVersion < 1) {
    const people = database.createObjectStore("people", { keyPath: "rest_id" });
    people.createIndex("seen", "seen");
    people.createIndex("name", "name");
    database.createObjectStore("members", { keyPath: "rest_id" }).createIndex("told", "told");
  }
  if (oldVersion < 2) transaction.objectStore("people").createIndex("waits", "waits");
  if (oldVersion === 1) void letWait(transaction);
}

// Those seen before anybody looked for addresses.
async function letWait(transaction: Upgrade): Promise<void> {
  for await (const cursor of transaction.objectStore("people"))
    if (mayNameAccount(cursor.value)) await cursor.update({ ...cursor.value, waits: 1 });
}

function withoutWait(record: SeenRecord): SeenRecord {
  const { waits, ...rest } = record;
  return waits ? rest : record;
}
