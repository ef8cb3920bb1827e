// The order in which people are decided about. Pure.
import type { GuessView } from "../messages/messages.gen";

/** Return guesses in the order of the review: the most probable first, mutuals before others, not-sure ones last. */
export function inOrder(guesses: readonly GuessView[]): GuessView[] {
  return [...guesses].sort(
    (a, b) =>
      Number(a.is_unsure) - Number(b.is_unsure) ||
      distance(a) - distance(b) ||
      percent(b) - percent(a) ||
      a.rest_id.localeCompare(b.rest_id),
  );
}

function distance({ following, followed_by }: GuessView): number {
  return following ? (followed_by ? 0 : 1) : 2;
}

function percent({ accounts }: GuessView): number {
  return accounts[0]?.percent ?? 0;
}
