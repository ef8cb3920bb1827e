// The followed people without a known account: each can be searched for alone. Pure.
import { FOLLOWING, type StoredPerson } from "../engine/people";
import type { AccountView, GuessView, MatchView } from "../messages/messages.gen";
import { displayText } from "../rules/text";

/** One person whose account is not known, as the page shows them. */
export interface Missing {
  readonly restId: string;
  readonly screenName: string;
  readonly name: string;
  /** Whether they follow the person, too. */
  readonly isMutual: boolean;
}

// The flags in core/passerelle/people/graph.py of people that no server is asked about.
const FOLLOWED_BY = 2;
const BLOCKED = 4;
const MUTED = 8;

/** Return the followed people with a name and without an account in `found`, by name; neither blocked nor muted ones. */
export function missingOf(people: Iterable<StoredPerson>, found: ReadonlySet<string>): Missing[] {
  const missing = new Map<string, Missing>();
  for (const [restId, flags, name] of people) {
    const isOpen = (flags & FOLLOWING) !== 0 && (flags & (BLOCKED | MUTED)) === 0;
    if (!isOpen || name === null || found.has(restId)) continue;
    const [screenName, displayName] = name;
    missing.set(restId, {
      restId,
      screenName,
      name: displayText(displayName) || screenName,
      isMutual: (flags & FOLLOWED_BY) !== 0 || (missing.get(restId)?.isMutual ?? false),
    });
  }
  return [...missing.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Return the people of `missingOf` who are in no match. */
export function withoutMatch(people: Iterable<StoredPerson>, matches: readonly MatchView[]): Missing[] {
  return missingOf(people, new Set(matches.map(({ rest_id }) => rest_id)));
}

/** Return the people whose name or @name contains what was typed; none while the field is empty. */
export function named(missing: readonly Missing[], typed: string): Missing[] {
  const wanted = typed.trim().replace(/^@/u, "").toLowerCase();
  if (wanted === "") return [];
  return missing.filter(({ name, screenName }) =>
    [name, screenName].some((text) => text.toLowerCase().includes(wanted)),
  );
}

/**
 * Return the people without a known or proposed account, mutuals first: those in the lane "watching" of
 * core/passerelle/matching/lane_counts.py, without muted ones.
 */
export function notFound(
  people: Iterable<StoredPerson>,
  matches: readonly MatchView[],
  likely: readonly GuessView[],
): Missing[] {
  const found = [...matches.filter(({ accounts }) => accounts.some(isOpen)), ...likely];
  const missing = missingOf(people, new Set(found.map(({ rest_id }) => rest_id)));
  return missing.sort((a, b) => Number(b.isMutual) - Number(a.isMutual)); // otherwise as before: by name
}

function isOpen({ rejected, listed, hint }: AccountView): boolean {
  return !rejected && (listed || hint?.check?.state !== "gone");
}
