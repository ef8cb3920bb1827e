// The accounts that X profiles name, as the engine stored them: whose they are, which are worth a badge, their index. Pure.
import { decisionKeys } from "../rules/hints";
import { idKey, type NamedPerson, nameKey } from "../rules/keys";
import type { HintView, ProfileHints } from "../messages/messages.gen";

export interface HintLookup {
  /** Whether the engine has hints of this id. */
  has(restId: string): boolean;
  /** Return whose profile it is: by id, else by the @name that it bore when it was seen; null where nothing is worth a badge. */
  find(person: NamedPerson): ProfileHints | null;
  /** Return the sorted keys under which `find` may find a person. */
  keys(): Uint32Array<ArrayBuffer>;
}

/** Make the look-up. `rejected` has the keys of store `decisions` that say "not this person". */
export function makeHintLookup(
  profiles: readonly ProfileHints[],
  rejected: ReadonlySet<string> = new Set(),
): HintLookup {
  const all = new Set(profiles.map(({ rest_id }) => rest_id));
  const shown = profiles
    .map((profile) => worthShowing(profile, rejected))
    .filter(({ hints }) => hints.length > 0);
  const byId = new Map(shown.map((profile) => [profile.rest_id, profile]));
  const byName = new Map<string, ProfileHints>();
  for (const profile of shown)
    if (isLater(profile, byName.get(profile.screen_name.toLowerCase())))
      byName.set(profile.screen_name.toLowerCase(), profile);
  return {
    has: (restId) => all.has(restId),
    find: ({ screenName, restId }) =>
      (restId === null ? byName.get(screenName.toLowerCase()) : byId.get(restId)) ?? null,
    keys: () =>
      Uint32Array.from(
        new Set(shown.flatMap(({ rest_id, screen_name }) => [idKey(rest_id), nameKey(screen_name)])),
      ).sort(),
  };
}

// A bare name that the core completed is a guess: it stands in the list, where there is room to say so.
function worthShowing(profile: ProfileHints, rejected: ReadonlySet<string>): ProfileHints {
  const isRejected = ({ network, address, check }: HintView) =>
    decisionKeys(profile.rest_id, network, address, check?.did ?? null).some((key) => rejected.has(key));
  const isShown = (hint: HintView) =>
    hint.confidence !== "inferred" && hint.check?.state !== "gone" && !isRejected(hint);
  return { ...profile, hints: profile.hints.filter(isShown) };
}

// Names change hands: the last bearer counts.
function isLater(profile: ProfileHints, other: ProfileHints | undefined): boolean {
  return other === undefined || seenAt(other) < seenAt(profile);
}

function seenAt({ hints }: ProfileHints): string {
  return hints.reduce((latest, { seen }) => (seen > latest ? seen : latest), "");
}
