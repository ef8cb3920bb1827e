// The people the owner follows whose names are known, from archive and pages.
import { FOLLOWING, PEOPLE_KEYS, readPeople, type StoredPerson } from "../engine/people";
import { displayText } from "../rules/text";

export interface Named {
  readonly restId: string;
  readonly screenName: string;
  /** The name to show: harmless, and never empty. */
  readonly name: string;
}

/** Return the followed people with a name, in the order of the alphabet of `locale`. */
export async function readNamed(locale: string): Promise<Named[]> {
  return namedAmong(await Promise.all(PEOPLE_KEYS.map(readPeople)), locale);
}

/** Return those followed people who have a name, the newest one of each; `parts` are what archive and pages say. Pure. */
export function namedAmong(parts: readonly (readonly StoredPerson[])[], locale: string): Named[] {
  const people = new Map<string, { isFollowed: boolean; name: StoredPerson[2] }>();
  for (const [restId, flags, name] of parts.flat()) {
    const known = people.get(restId);
    people.set(restId, {
      isFollowed: known?.isFollowed === true || (flags & FOLLOWING) !== 0,
      name: newer(known?.name ?? null, name),
    });
  }
  const { compare } = new Intl.Collator(locale, { sensitivity: "base", numeric: true });
  return [...people]
    .flatMap(([restId, { isFollowed, name }]) => (isFollowed && name ? [viewOf(restId, name)] : []))
    .sort((a, b) => compare(a.name, b.name));
}

function viewOf(restId: string, [screenName, displayName]: NonNullable<StoredPerson[2]>): Named {
  return { restId, screenName, name: displayText(displayName) || screenName };
}

function newer(known: StoredPerson[2], other: StoredPerson[2]): StoredPerson[2] {
  return other && (!known || (known[2] ?? "") < (other[2] ?? "")) ? other : known;
}
