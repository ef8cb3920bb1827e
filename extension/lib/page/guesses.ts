// Which people are left to decide about, with which accounts, and in which order. Pure.
import type { GuessDecide, GuessView } from "../messages/messages.gen";

export type Answer = GuessDecide["answer"];
export type Proposed = GuessView["accounts"][number];

/** An answer and what it was about, so that it can be taken back. */
export interface Answered {
  readonly guess: GuessView;
  readonly account: Proposed;
  readonly answer: Answer;
}

/**
 * Return the people to decide about, each with the accounts that are not rejected: the most probable first, mutuals
 * before others, not-sure ones last. A rejected account counts for the order, so that its person stays in place.
 */
export function openGuesses(guesses: readonly GuessView[], answered: Iterable<Answered>): GuessView[] {
  const answers = new Map<string, Answered[]>();
  for (const one of answered)
    answers.set(one.guess.rest_id, [...(answers.get(one.guess.rest_id) ?? []), one]);
  return guesses
    .map((guess) => withAnswers(guess, answers.get(guess.rest_id) ?? []))
    .filter(({ guess }) => guess.accounts.length > 0)
    .sort(compare)
    .map(({ guess }) => guess);
}

interface Ranked {
  readonly guess: GuessView;
  readonly percent: number;
}

function withAnswers(guess: GuessView, answers: readonly Answered[]): Ranked {
  const has = (answer: Answer) => answers.filter((one) => one.answer === answer);
  const rejected = has("no").map(({ account }) => account);
  const left = has("yes").length > 0 ? [] : guess.accounts.filter((one) => !rejected.some(isSame(one)));
  return {
    guess: { ...guess, accounts: left, is_unsure: guess.is_unsure || has("unsure").length > 0 },
    percent: Math.max(...[...guess.accounts, ...rejected].map(({ percent }) => percent)),
  };
}

function isSame(a: Proposed): (b: Proposed) => boolean {
  return (b) => a.network === b.network && a.address === b.address;
}

function compare(a: Ranked, b: Ranked): number {
  return (
    Number(a.guess.is_unsure) - Number(b.guess.is_unsure) ||
    distance(a.guess) - distance(b.guess) ||
    b.percent - a.percent ||
    a.guess.rest_id.localeCompare(b.guess.rest_id)
  );
}

function distance({ following, followed_by }: GuessView): number {
  return following ? (followed_by ? 0 : 1) : 2;
}
