// The followed people without a known account: each can be searched for alone. Pure.
import { FOLLOWING, type StoredPerson } from "../engine/people";
import { displayText } from "../rules/text";

/** One person whose account is not known, as the page shows them. */
export interface Missing {
  readonly restId: string;
  readonly screenName: string;
  readonly name: string;
}

// The flags in core/passerelle/people/graph.py of people that no server is asked about.
const BLOCKED = 4;
const MUTED = 8;

/** Return the followed people with a name and without an account in `found`, by name; neither blocked nor muted ones. */
export function missingOf(people: Iterable<StoredPerson>, found: ReadonlySet<string>): Missing[] {
  const missing = new Map<string, Missing>();
  for (const [restId, flags, name] of people) {
    const isOpen = (flags & FOLLOWING) !== 0 && (flags & (BLOCKED | MUTED)) === 0;
    if (!isOpen || name === null || found.has(restId)) continue;
    const [screenName, displayName] = name;
    missing.set(restId, { restId, screenName, name: displayText(displayName) || screenName });
  }
  return [...missing.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Return the people whose name or @name contains what was typed; none while the field is empty. */
export function named(missing: readonly Missing[], typed: string): Missing[] {
  const wanted = typed.trim().replace(/^@/u, "").toLowerCase();
  if (wanted === "") return [];
  return missing.filter(({ name, screenName }) =>
    [name, screenName].some((text) => text.toLowerCase().includes(wanted)),
  );
}
