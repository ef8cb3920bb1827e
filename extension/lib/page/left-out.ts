// The people who are here and are not followed, each with the reason. Pure.
import type { AccountView, ExcludedView, MatchView } from "../messages/messages.gen";
import { displayText } from "../rules/text";
import { nameOf } from "./list";

/** Why someone is not followed: the engine's reasons, and errors that no retry mends. */
export const REASONS = [
  "own_account",
  "blocked_on_x",
  "muted_on_x",
  "account_blocked",
  "account_deactivated",
  "account_suspended",
  "account_suspended_there",
] as const;
export type Reason = (typeof REASONS)[number];

export interface LeftOut {
  readonly key: string;
  readonly restId: string;
  readonly name: string | null;
  readonly address: string;
  readonly url: string;
  /** The row of the list where the person may tick them all the same; null where there is none. */
  readonly choice: { readonly match: MatchView; readonly account: AccountView } | null;
}

/** Return who is left out for each reason, in the order of REASONS; reasons without people are left out. */
export function leftOut(
  matches: readonly MatchView[],
  excluded: readonly ExcludedView[],
): [Reason, LeftOut[]][] {
  const found = [
    ...excluded.flatMap(fromExcluded),
    ...matches.flatMap((match) => [...mutedIn(match), ...failedIn(match)]),
  ];
  return REASONS.map((reason): [Reason, LeftOut[]] => [
    reason,
    found.filter(([why]) => why === reason).map(([, one]) => one),
  ]).filter(([, people]) => people.length > 0);
}

/** Return how many people these are; one with several accounts counts once. */
export function countPeople(groups: readonly (readonly [Reason, readonly LeftOut[]])[]): number {
  return new Set(groups.flatMap(([, people]) => people.map(({ restId }) => restId))).size;
}

function fromExcluded(one: ExcludedView): [Reason, LeftOut][] {
  const name = displayText(one.display_name) || one.screen_name;
  return one.accounts.map(({ network, address, url }) => [
    one.reason,
    { key: `${one.rest_id} ${network} ${address}`, restId: one.rest_id, name, address, url, choice: null },
  ]);
}

// Muted people may be ticked: the person's own yes counts more than a mute.
function mutedIn(match: MatchView): [Reason, LeftOut][] {
  if (!match.evidence.some(({ code }) => code === "muted_on_x")) return [];
  const open = match.accounts.filter(
    ({ listed, chosen, rejected, state }) => listed && !chosen && !rejected && state === "none",
  );
  return open.map((account) => ["muted_on_x", lineOf(match, account, { match, account })]);
}

function failedIn(match: MatchView): [Reason, LeftOut][] {
  return match.accounts.flatMap((account) => {
    const code = account.state === "failed" ? account.error?.code : undefined;
    const reason = REASONS.find((one) => one === code);
    return reason ? [[reason, lineOf(match, account, null)] as [Reason, LeftOut]] : [];
  });
}

function lineOf(match: MatchView, account: AccountView, choice: LeftOut["choice"]): LeftOut {
  const { network, address, url } = account;
  const key = `${match.rest_id} ${network} ${address}`;
  return { key, restId: match.rest_id, name: nameOf(match), address, url, choice };
}
