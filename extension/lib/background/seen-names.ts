// The names that X's pages gave to ids: told to the engine for its own people, and left for badges.
import { browser } from "wxt/browser";
import { LEARNED, learnNames, readLearned } from "../messages/name-ids";
import type { OwnWords } from "../messages/messages.gen";
import { ownWords } from "../rules/hints";
import type { Keys } from "../rules/keys";
import type { SeenUser } from "../rules/profile";
import type { KnownName } from "./known-people";
import { type AddPeople, errorOf, MAX_TOLD, toSeenPerson } from "./list-reading";
import type { SeenRecord, SeenStore } from "./seen-store";

/** What telling names needs from outside; tests hand in their own. */
export interface SeenNamesParts {
  store: SeenStore;
  learn: (fields: AddPeople) => Promise<unknown>;
  /** Everyone in the engine's graph; null for those without a name. */
  known: () => Promise<ReadonlyMap<string, KnownName | null>>;
  /** What the engine has of people's own words, by id. */
  words: () => Promise<ReadonlyMap<string, OwnWords>>;
  /** The directory's keys; none while there is no directory. */
  keys: () => Promise<Keys>;
  now: () => Date;
}

export class SeenNames {
  /** Whether a name may be new to the engine; true after a start, when that is unknown. */
  hasNews = true;

  constructor(private readonly parts: SeenNamesParts) {}

  /** Tell the engine who in its graph has a newer name, or other words about themselves, than it knows. */
  async tell(): Promise<void> {
    if (!this.hasNews) return;
    const known = await this.parts.known();
    if (known.size === 0) return;
    this.hasNews = false;
    const now = this.parts.now().toISOString();
    const words = await this.parts.words();
    const people = (await this.parts.store.all()).filter(
      (one) =>
        isNews(one, known.get(one.rest_id), now) ||
        (known.has(one.rest_id) && hasNewWords(one, words.get(one.rest_id))),
    );
    for (let at = 0; at < people.length && !this.hasNews; at += MAX_TOLD) {
      const portion = people.slice(at, at + MAX_TOLD).map(toSeenPerson);
      this.hasNews = (await errorOf(this.parts.learn({ people: portion, listed: null }))) !== null;
    }
  }

  /** Store ids for badges, which need them where a page shows only a name that the directory does not have. */
  async leave(people: readonly SeenUser[]): Promise<void> {
    const keys = await this.parts.keys();
    const known = readLearned((await browser.storage.local.get(LEARNED))[LEARNED]);
    const names = learnNames(known, people, keys);
    if (names) await browser.storage.local.set({ [LEARNED]: [...names] });
  }

  /** Choose the ids for badges again: the directory is another now. */
  async renew(): Promise<void> {
    await this.clear();
    await this.leave(await this.parts.store.all());
  }

  async clear(): Promise<void> {
    await browser.storage.local.remove(LEARNED);
  }
}

function hasNewWords(record: SeenRecord, known: OwnWords | undefined): boolean {
  const { bio, urls, picture } = ownWords(record);
  if (bio === null && urls.length === 0 && picture === null) return false;
  if (!known) return true;
  const isOther =
    bio !== known.bio || urls.join(" ") !== known.urls.join(" ") || picture !== (known.picture ?? null);
  return isOther && Date.parse(record.seen) > Date.parse(known.seen);
}

// A person of the graph under a name that the engine does not have, and that is newer than the one it has.
function isNews({ name, seen }: SeenRecord, known: KnownName | null | undefined, now: string): boolean {
  if (known === undefined) return false;
  if (known === null) return true;
  const isNewer = known.seen < seen || known.seen > now; // later than now: the clock was ahead
  return known.screen_name.toLowerCase() !== name && isNewer;
}
