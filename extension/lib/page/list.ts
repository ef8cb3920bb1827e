// The list of people found, as the page shows it: order, filters, search, and what the person just decided. Pure.
import { foldSpelling, toLatin } from "../rules/scripts";
import { displayText, withoutAnyInvisible } from "../rules/text";
import { standingOf } from "../i18n/account-text";
import type { AccountView, Decide, MatchView } from "../messages/messages.gen";

export type Decision = Decide["decision"];

// Whom one misses most comes first: mutual, then followed, then followers; then what is surest; then the alphabet. People
// known only from their own X profile come last.
const GRADES: readonly MatchView["grade"][] = [
  "proven",
  "attested",
  "imported",
  "claimed",
  "confirmed",
  "linked",
  "hinted",
];
const FARTHEST = 2;

/** What stands first in the list: mutual people, a name early in the alphabet, or the surest match. */
export const ORDERS = {
  closest: rankOf,
  name: () => 0,
  surest: ({ grade }: MatchView) => GRADES.indexOf(grade),
} as const;
export type Order = keyof typeof ORDERS;

/** Return the matches in an order of the list. `locale` decides the alphabet. Fast where they are nearly in order. */
export function sorted(matches: readonly MatchView[], locale: string, order: Order = "closest"): MatchView[] {
  const { compare } = new Intl.Collator(locale, { sensitivity: "base", numeric: true });
  const rank = ORDERS[order];
  const ranked = matches.map((match) => ({ match, rank: rank(match), name: sortName(match) }));
  ranked.sort(
    (a, b) => a.rank - b.rank || compare(a.name, b.name) || compare(a.match.rest_id, b.match.rest_id),
  );
  return ranked.map(({ match }) => match);
}

/** Return the matches with those of `changed` as they are `now`: in the same places, new ones at the end. */
export function replaced(
  before: readonly MatchView[],
  changed: ReadonlySet<string>,
  now: readonly MatchView[],
): MatchView[] {
  const fresh = new Map(now.map((match) => [match.rest_id, match]));
  const kept = before.flatMap((match) => {
    if (!changed.has(match.rest_id)) return [match];
    const one = fresh.get(match.rest_id);
    fresh.delete(match.rest_id);
    return one ? [one] : [];
  });
  return [...kept, ...fresh.values()];
}

/** Return the people with one of these ids. */
export function among(people: readonly MatchView[], restIds: readonly string[]): MatchView[] {
  const ids = new Set(restIds);
  return people.filter(({ rest_id }) => ids.has(rest_id));
}

// People whose name is not known come last.
const sortName = perMatch((match) => nameOf(match) ?? "\uffff");

/** Return `compute` with its result kept for each match: a changed match is another object. */
function perMatch<T>(compute: (match: MatchView) => T): (match: MatchView) => T {
  const kept = new WeakMap<MatchView, T>();
  return (match) => {
    let result = kept.get(match);
    if (result === undefined) kept.set(match, (result = compute(match)));
    return result;
  };
}

function rankOf({ following, followed_by, grade, row_id }: MatchView): number {
  const distance = (following ? (followed_by ? 0 : 1) : FARTHEST) + (row_id === null ? FARTHEST + 1 : 0);
  return distance * GRADES.length + GRADES.indexOf(grade);
}

/** Return the name to call a person by, harmless to show, or null where only the number is known. */
export function nameOf(match: MatchView): string | null {
  return displayText(match.display_name) || match.screen_name || null;
}

const isAt = (network: AccountView["network"]) => (match: MatchView) =>
  match.following &&
  match.accounts.some((account) => account.network === network && !account.rejected && mayChoose(account));
const hasState = (state: AccountView["state"]) => (match: MatchView) =>
  match.accounts.some((account) => account.state === state);
const isOpen = (account: AccountView) =>
  !account.chosen && !account.rejected && account.state === "none" && mayChoose(account);

/** Return whether one may choose and follow an account: what only a profile names has to be checked first. */
export function mayChoose(account: AccountView): boolean {
  return standingOf(account) !== "unchecked";
}

export const FILTERS = {
  all: (match: MatchView) => match.following,
  mutual: (match: MatchView) => match.following && match.followed_by,
  bluesky: isAt("bluesky"),
  fediverse: isAt("fediverse"),
  check: (match: MatchView) => match.following && !match.preselected && match.accounts.some(isOpen),
  hinted: (match: MatchView) =>
    match.following &&
    match.accounts.some(
      (account) =>
        !account.listed &&
        !account.rejected &&
        standingOf(account) !== "confirmed" &&
        account.hint?.where !== "bridge",
    ),
  followed: hasState("following"),
  failed: hasState("failed"),
  followers: (match: MatchView) => !match.following,
  new: (match: MatchView) => match.following && match.new_since !== null,
} as const;
export type Filter = keyof typeof FILTERS;

/** Return how many people each filter would show. */
export function counts(matches: readonly MatchView[]): Record<Filter, number> {
  const entries = Object.entries(FILTERS).map(([name, keeps]) => [name, matches.filter(keeps).length]);
  return Object.fromEntries(entries) as Record<Filter, number>;
}

const SURE: readonly MatchView["grade"][] = ["proven", "attested"];
const OWN_WORD: readonly MatchView["grade"][] = ["confirmed", "linked", "hinted"];

/** How sure a match is, in three steps. */
export const CERTAINTIES = {
  any: () => true,
  sure: ({ grade }: MatchView) => SURE.includes(grade),
  listed: ({ grade }: MatchView) => !SURE.includes(grade) && !OWN_WORD.includes(grade),
  profile: ({ grade }: MatchView) => OWN_WORD.includes(grade),
} as const;
export type Certainty = keyof typeof CERTAINTIES;

/** What of the list is shown, and in which order. */
export interface Shown {
  readonly filter: Filter;
  readonly certainty: Certainty;
  readonly order: Order;
  readonly query: string;
}
export const EVERYONE: Shown = { filter: "all", certainty: "any", order: "closest", query: "" };

/** Return the people that filter and certainty keep, whose names or addresses contain every word of the query. */
export function find(matches: readonly MatchView[], shown: Omit<Shown, "order">): MatchView[] {
  const words = fold(shown.query).split(/\s+/u).filter(Boolean).map(formsOf);
  const [isKept, isSure] = [FILTERS[shown.filter], CERTAINTIES[shown.certainty]];
  return matches.filter(
    (match) => isKept(match) && isSure(match) && words.every((word) => contains(searched(match), word)),
  );
}

/** A text as it is searched: as it is written, and in Latin letters, which is null where that is the same. */
interface Forms {
  readonly written: string;
  readonly latin: string | null;
}

function formsOf(written: string): Forms {
  const latin = toLatin(written);
  return { written, latin: latin === written ? null : foldSpelling(latin) };
}

// A name in another script is found by its Latin spellings, and the other way round.
function contains(text: Forms, word: Forms): boolean {
  if (text.written.includes(word.written)) return true;
  if (text.latin === null && word.latin === null) return false;
  return (text.latin ?? foldSpelling(text.written)).includes(word.latin ?? foldSpelling(word.written));
}

/** Parse what was stored: what this version does not know is as in EVERYONE. */
export function parseShown(stored: unknown): Shown {
  const { filter, certainty, order, query } = (stored ?? {}) as Record<keyof Shown, unknown>;
  return {
    filter: keyIn(FILTERS, filter) ?? EVERYONE.filter,
    certainty: keyIn(CERTAINTIES, certainty) ?? EVERYONE.certainty,
    order: keyIn(ORDERS, order) ?? EVERYONE.order,
    query: typeof query === "string" ? query : EVERYONE.query,
  };
}

function keyIn<T extends object>(table: T, key: unknown): keyof T | undefined {
  return typeof key === "string" && Object.hasOwn(table, key) ? (key as keyof T) : undefined;
}

const searched = perMatch((match) =>
  formsOf(
    fold(
      [
        displayText(match.display_name),
        match.screen_name ?? match.rest_id,
        ...match.accounts.map((a) => a.address),
      ].join(" "),
    ),
  ),
);

// "É" is found by "e": people type names without their accents. The marks of kana and of Indic scripts stay: they are letters.
function fold(text: string): string {
  const plain = withoutAnyInvisible(text).normalize("NFKD").toLowerCase().replaceAll("@", "");
  return plain.replace(ACCENTS, "").normalize("NFC");
}

const ACCENTS = /[\u0300-\u036F\u064B-\u0655\u0670\u05B0-\u05C7]/gu; // of Latin, Greek, Cyrillic; vowels and hamza of Arabic, Hebrew

type Network = AccountView["network"];

/** What a press of "Follow" starts: how many people, and how many accounts on each network. */
export interface Planned extends Readonly<Record<Network, number>> {
  readonly people: number;
}

/** Return how many of the chosen accounts on these networks are not followed yet. */
export function planned(matches: readonly MatchView[], networks: readonly Network[]): Planned {
  const open = matches.map(({ accounts }) =>
    accounts.filter((account) => networks.includes(account.network) && isToFollow(account)),
  );
  const on = (network: Network) => open.flat().filter((account) => account.network === network).length;
  return {
    people: open.filter((accounts) => accounts.length > 0).length,
    bluesky: on("bluesky"),
    fediverse: on("fediverse"),
  };
}

function isToFollow({ chosen, rejected, state }: AccountView): boolean {
  return chosen && !rejected && state === "none";
}

/** Return whether any listed person is on both networks; otherwise there is no preference to ask for. */
export function areOnBoth(matches: readonly MatchView[]): boolean {
  return matches.some(({ accounts, preselected }) => {
    const listed = accounts.filter((account) => account.listed && !account.rejected);
    return preselected && new Set(listed.map(({ network }) => network)).size > 1;
  });
}

/** Return the chosen fediverse accounts that are not followed yet: the rows of the CSV for Mastodon. */
export function toImport(matches: readonly MatchView[]): AccountView[] {
  const isOpen = ({ state }: AccountView) => state !== "following" && state !== "requested";
  return matches.flatMap((match) =>
    match.accounts.filter((a) => a.network === "fediverse" && a.chosen && !a.rejected && isOpen(a)),
  );
}

/** Return how many of the people found by the directory are rejected: each of their listed accounts is another person's. */
export function countRejected(matches: readonly MatchView[]): number {
  return matches.filter(({ following, row_id, accounts }) => {
    const listed = accounts.filter((account) => account.listed);
    return following && row_id !== null && listed.length > 0 && listed.every(({ rejected }) => rejected);
  }).length;
}

/** Return the ids of the people whose follow failed. */
export function failed(matches: readonly MatchView[]): string[] {
  return matches.filter(FILTERS.failed).map((match) => match.rest_id);
}

const DECIDED: Readonly<Record<Decision, Partial<AccountView>>> = {
  chosen: { chosen: true },
  unchosen: { chosen: false },
  rejected: { rejected: true, chosen: false },
  unrejected: { rejected: false },
};

/** Return a match as it will be once the engine has kept this decision, so that a tick shows at once. */
export function decided(
  match: MatchView,
  { network, address, decision }: Omit<Decide, "rest_id">,
): MatchView {
  const accounts = match.accounts.map((account) =>
    account.network === network && account.address === address
      ? { ...account, ...DECIDED[decision] }
      : account,
  );
  return { ...match, accounts };
}

/** Return the key of one account of a person. */
export function keyOf(
  restId: string,
  { network, address }: Pick<AccountView, "network" | "address">,
): string {
  return `${restId} ${network} ${address}`;
}

/** Return the rest_ids in such keys. */
export function peopleOf(keys: Iterable<string>): ReadonlySet<string> {
  return new Set(Array.from(keys, (key) => key.slice(0, key.indexOf(" "))));
}

const SERVERS_OFFERED = 30;

/** Return the domains of the Mastodon accounts in the list, the most frequent first. */
export function servers(matches: readonly MatchView[]): string[] {
  const counted = new Map<string, number>();
  for (const { network, address } of matches.flatMap(({ accounts }) => accounts)) {
    const domain = network === "fediverse" ? address.split("@").at(-1) : undefined;
    if (domain) counted.set(domain, (counted.get(domain) ?? 0) + 1);
  }
  const byCount = [...counted].sort(([a, many], [b, more]) => more - many || a.localeCompare(b));
  return byCount.slice(0, SERVERS_OFFERED).map(([domain]) => domain);
}

/** Return the people by each name of their accounts: did, and address in lower case. */
export function byName(matches: readonly MatchView[]): ReadonlyMap<string, MatchView> {
  const named = matches.flatMap((match) =>
    match.accounts.flatMap(({ did, address }) =>
      [did, address.toLowerCase()].flatMap((name) => (name ? [[name, match] as const] : [])),
    ),
  );
  return new Map(named);
}
