// Which people are left to decide about, with which accounts, and in which order. Pure.
import type { GuessDecide, GuessView } from "../messages/messages.gen";

export type Answer = GuessDecide["answer"];
export type Proposed = GuessView["accounts"][number];

/** An answer and what it was about, so that it can be taken back. */
export interface Answered {
  /** The person as shown when the account was answered about. */
  readonly guess: GuessView;
  readonly account: Proposed;
  /** "open": the answer was taken back. */
  readonly answer: Answer;
}

/**
 * Return the people to decide about, each with the accounts that are not rejected: the most probable first, mutuals
 * before others, not-sure ones last. A rejected account counts for the order, so that its person stays in place.
 *
 * `missing`: answers that are not in `guesses` yet, the newest of each account; `given`: those of this page that hold.
 */
export function openGuesses(
  guesses: readonly GuessView[],
  missing: readonly Answered[],
  given: readonly Answered[],
): GuessView[] {
  const answers = byPerson(missing);
  const rejected = byPerson(given.filter(({ answer }) => answer === "no"));
  return [...withPeople(guesses, missing.filter(isTakenBack))]
    .map((guess) => withAnswers(guess, answers.get(guess.rest_id) ?? []))
    .filter(({ accounts }) => accounts.length > 0)
    .map((guess) => ranked(guess, rejected.get(guess.rest_id) ?? []))
    .sort(compare)
    .map(({ guess }) => guess);
}

interface Ranked {
  readonly guess: GuessView;
  readonly percent: number;
}

function ranked(guess: GuessView, rejected: readonly Answered[]): Ranked {
  const accounts = [...guess.accounts, ...rejected.map(({ account }) => account)];
  return { guess, percent: Math.max(...accounts.map(({ percent }) => percent)) };
}

function byPerson(answers: readonly Answered[]): ReadonlyMap<string, readonly Answered[]> {
  const people = new Map<string, Answered[]>();
  for (const one of answers) people.set(one.guess.rest_id, [...(people.get(one.guess.rest_id) ?? []), one]);
  return people;
}

// People with no account left are no longer stored, until what was taken back is.
function* withPeople(guesses: readonly GuessView[], takenBack: readonly Answered[]): Generator<GuessView> {
  yield* guesses;
  const absent = new Map(takenBack.map(({ guess }) => [guess.rest_id, guess]));
  for (const { rest_id } of guesses) absent.delete(rest_id);
  for (const guess of absent.values()) yield { ...guess, accounts: [] };
}

function withAnswers(guess: GuessView, answers: readonly Answered[]): GuessView {
  const has = (answer: Answer) => answers.some((one) => one.answer === answer);
  if (has("yes")) return { ...guess, accounts: [] };
  const rejected = answers.filter(({ answer }) => answer === "no").map(({ account }) => account);
  const left = guess.accounts.filter((one) => !rejected.some(isSame(one)));
  const takenBack = answers.filter(isTakenBack);
  return {
    ...guess,
    accounts: withAccounts(left, takenBack),
    is_unsure: has("unsure") || (takenBack.at(-1)?.guess.is_unsure ?? guess.is_unsure),
  };
}

// They come back to their places among the others, which have numbers.
function withAccounts(left: readonly Proposed[], takenBack: readonly Answered[]): Proposed[] {
  const back = takenBack.map(({ account }) => account).filter((one) => !left.some(isSame(one)));
  if (back.length === 0) return [...left];
  const before = takenBack.map(({ guess }) => guess.accounts).reduce((a, b) => (b.length > a.length ? b : a));
  const place = (one: Proposed) => before.findIndex(isSame(one));
  return [...left, ...back].sort((a, b) => place(a) - place(b));
}

function isTakenBack({ answer }: Answered): boolean {
  return answer === "open";
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
