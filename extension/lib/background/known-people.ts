// The people of the follow graph as the engine stored them: the names it has for each id.
import { memoize } from "../async";
import { PEOPLE_KEYS, readPeople } from "../engine/people";

/** The engine's newest name for a person, and since when it is known (ISO 8601; "" where that is unknown). */
export interface KnownName {
  readonly screen_name: string;
  readonly seen: string;
}

/** Return the newest name per id for everyone in the engine's graph; null where it has none. */
export async function readKnown(): Promise<ReadonlyMap<string, KnownName | null>> {
  const known = new Map<string, KnownName | null>();
  for (const key of PEOPLE_KEYS) {
    for (const [restId, flags, name] of await readPeople(key)) {
      // People known from X's pages only belong to the graph where they stand in a list, which sets a flag.
      if (key === "page" && flags === 0 && !known.has(restId)) continue;
      known.set(restId, newer(known.get(restId), name && { screen_name: name[0], seen: name[2] ?? "" }));
    }
  }
  return known;
}

/** Return the stored people's names by id; they are read once, until `forget` is called. */
export function makeKnownPeople() {
  const names = memoize(readNames);
  return {
    namesOf: async (restId: string): Promise<readonly string[]> => (await names()).get(restId) ?? [],
    forget: () => {
      names.forget();
    },
  };
}

async function readNames(): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>();
  for (const key of PEOPLE_KEYS)
    for (const [restId, , name, aliases] of await readPeople(key))
      names.set(restId, [...(names.get(restId) ?? []), ...(name ? [name[0]] : []), ...aliases]);
  return names;
}

function newer(known: KnownName | null | undefined, other: KnownName | null): KnownName | null {
  return other && (!known || known.seen < other.seen) ? other : (known ?? other);
}
