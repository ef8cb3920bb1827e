// Ids that X's pages gave to names, as far as the directory may know them: what lets a badge stand by a new name. Pure.
import { idKey, type Keys, type NamedPerson, nameKey } from "../rules/keys";
import type { SeenUser } from "../rules/profile";

/** Where the background leaves them for content scripts, in `storage.local`. */
export const LEARNED = "badge-names";

/** @names in lower case with the id that bore them last. */
export type Learned = ReadonlyMap<string, string>;

const MAX_LEARNED = 5_000; // people of the directory on the pages visited; 40 bytes each

/** Read what lies in `storage.local`. */
export function readLearned(stored: unknown): Learned {
  return new Map(Array.isArray(stored) ? (stored as [string, string][]) : []);
}

/** Return what is known after seeing these people; null when that is nothing new. A name that a person gave up is removed. */
export function learnNames(known: Learned, users: readonly SeenUser[], keys: Keys): Learned | null {
  const names = new Map(known);
  for (const { screen_name, rest_id } of users) {
    const name = screen_name.toLowerCase();
    if (names.get(name) === rest_id || !isNews(keys, screen_name, rest_id)) continue;
    for (const [former, id] of names) if (id === rest_id) names.delete(former);
    names.delete(name);
    names.set(name, rest_id);
  }
  for (const oldest of names.keys()) {
    if (names.size <= MAX_LEARNED) break;
    names.delete(oldest);
  }
  return names.size === known.size && [...names].every(([name, id]) => known.get(name) === id) ? null : names;
}

// Worth keeping: an id of the directory under a name that it does not have, or a name of the directory at another id.
function isNews(keys: Keys, screenName: string, restId: string): boolean {
  return keys.has(idKey(restId)) !== keys.has(nameKey(screenName));
}

/** Return a person with the id that is known for their name, where the page shows none. */
export function identify(learned: Learned, { screenName, restId }: NamedPerson): NamedPerson {
  return { screenName, restId: restId ?? learned.get(screenName.toLowerCase()) ?? null };
}
