// lib/page/guesses.svelte.ts: answers show at once, in the order of the review, and can be taken back.
import "fake-indexeddb/auto";
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as database from "../../../extension/engine/database";
import { openChannel } from "../../../extension/lib/engine/channel";
import type { GuessView } from "../../../extension/lib/messages/messages.gen";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import type { Account } from "../../../extension/lib/sessions";
import {
  type Answered,
  openGuesses,
} from "../../../extension/lib/page/guesses";
import { Guesses } from "../../../extension/lib/page/guesses.svelte";
import { engineError, makeFakeEngine, settle } from "./fakes";
import { clear, write } from "./stores";

let stop = () => undefined as void;
vi.stubGlobal("navigator", { languages: ["en"] });
beforeEach(clear);
afterEach(() => {
  stop();
});

function guess(
  rest_id: string,
  percent: number,
  more: Partial<GuessView> = {},
): GuessView {
  const account = {
    network: "bluesky" as const,
    address: `p${rest_id}.bsky.social`,
    did: null,
    url: "https://bsky.app/",
    display_name: null,
    description: null,
    created_at: null,
    posts: null,
    friends: 0,
    percent,
    agrees: [],
    differs: [],
  };
  return {
    rest_id,
    screen_name: `p${rest_id}`,
    display_name: null,
    bio: null,
    following: true,
    followed_by: false,
    lane: "probable",
    is_likely: percent >= 50,
    is_unsure: false,
    accounts: [account],
    ...more,
  };
}

type SignedIn = ConstructorParameters<typeof Guesses>[1];
const ME = { id: "did:plc:me", maySearch: false } as Account;
const NO_ONE: SignedIn = {
  usable: null,
  usableOnMastodon: null,
  askToSearch: () => Promise.resolve(ME),
};

/** Return the guesses as a page shows them: 1 and 2 by probability, a mutual before, one that was not sure last. */
async function shown(answers = {}, signedIn: SignedIn = NO_ONE) {
  const stored = [
    guess("1", 70),
    guess("2", 90),
    guess("3", 55, { followed_by: true }),
    guess("4", 99, { is_unsure: true }),
  ];
  for (const one of stored) await write("guesses", one.rest_id, one);
  const fake = makeFakeEngine(answers);
  const guesses = new Guesses(fake.engine, signedIn, new Failures());
  stop = $effect.root(() => {
    $effect(() => void [guesses.open.length, guesses.lessLikely.length]);
  });
  flushSync();
  await settle();
  await vi.waitFor(() => {
    expect(guesses.open.length).toBe(stored.length);
  });
  return { ...fake, guesses };
}

const ids = (guesses: Guesses) => guesses.open.map(({ rest_id }) => rest_id);

function answer(guesses: Guesses, given: "yes" | "no" | "unsure") {
  const [first] = guesses.open;
  if (!first?.accounts[0]) throw new Error("no guess is stored");
  return guesses.decide(first, first.accounts[0], given);
}

test("mutuals come first, then the most probable; those one was not sure of come last", async () => {
  const { guesses } = await shown();
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
});

test("an answer shows before the engine has stored it", async () => {
  const { guesses } = await shown({
    "guess.decide": () => new Promise(() => undefined),
  });
  void answer(guesses, "yes");
  expect(ids(guesses)).toEqual(["2", "1", "4"]);
  void answer(guesses, "no");
  expect(ids(guesses)).toEqual(["1", "4"]);
  void answer(guesses, "unsure");
  expect(ids(guesses)).toEqual(["4", "1"]);
  expect(guesses.open.every(({ is_unsure }) => is_unsure)).toBe(true);
});

test("a person whose account is more often another's is listed apart", async () => {
  await write("guesses", "5", guess("5", 30, { followed_by: true }));
  const { guesses } = await shown();
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
  expect(guesses.lessLikely.map(({ rest_id }) => rest_id)).toEqual(["5"]);
});

test("the review shows the list in which the wanted person is", async () => {
  const { guesses } = await shown();
  guesses.want(guess("5", 30));
  expect(guesses.shown).toBe("lessLikely");
  guesses.want(guess("1", 70));
  expect(guesses.shown).toBe("open");
});

test("the last answer is taken back", async () => {
  const { guesses } = await shown();
  await answer(guesses, "no");
  expect(guesses.undo()).toBe("3");
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
  expect(guesses.undo()).toBeNull();
});

/** Announce that the engine wrote guesses, and wait until the page has read them. */
async function announce() {
  const channel = openChannel();
  channel.post({
    event: { type: "state.changed", stores: ["guesses"], keys: {} },
  });
  channel.close();
  await settle();
}

test("what is taken back shows at once, and stays while older copies are read", async () => {
  const stored: (() => void)[] = [];
  const { guesses, calls } = await shown({
    "guess.decide": () => new Promise<void>((resolve) => stored.push(resolve)),
  });
  void answer(guesses, "yes");
  expect(guesses.undo()).toBe("3");
  const taken = ["3", "2", "1", "4"];
  expect(ids(guesses)).toEqual(taken);
  await database.write([{ kind: "delete", store: "guesses", key: "3" }]);
  stored[0]?.();
  await announce(); // the copy with the answer, before the engine has taken it back
  expect(ids(guesses)).toEqual(taken);
  await write("guesses", "3", guess("3", 55, { followed_by: true }));
  stored[1]?.();
  await settle();
  expect(ids(guesses)).toEqual(taken);
  await announce();
  expect(ids(guesses)).toEqual(taken);
  expect(calls.map(([, fields]) => fields)).toMatchObject([
    { answer: "yes" },
    { answer: "open" },
  ]);
});

test("once the engine has stored an answer, its copy counts", async () => {
  const { guesses } = await shown();
  await answer(guesses, "no");
  await announce();
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
});

test("an answer that could not be taken back holds, and can be taken back again", async () => {
  let isFull = false;
  const { guesses } = await shown({
    "guess.decide": () => {
      if (isFull) throw engineError("storage_full");
    },
  });
  await answer(guesses, "yes");
  await database.write([{ kind: "delete", store: "guesses", key: "3" }]);
  await announce();
  isFull = true;
  expect(guesses.undo()).toBe("3");
  await settle();
  expect(ids(guesses)).toEqual(["2", "1", "4"]);
  isFull = false;
  expect(guesses.undo()).toBe("3");
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
});

test("a rejected account leaves its person in place with the others, and comes back", async () => {
  const twin = guess("1", 70);
  const [one] = twin.accounts;
  if (!one) throw new Error("a guess has an account");
  const other = { ...one, address: "other.bsky.social", percent: 20 };
  const both = guess("1", 70, { accounts: [one, other] });
  const rejected = { guess: both, account: one, answer: "no" as const };
  const people = [both, guess("2", 60)];
  const addresses = (
    given: Answered[],
    stored = people,
    missing: Answered[] = given,
  ) =>
    openGuesses(stored, missing, given).map(({ accounts }) =>
      accounts.map(({ address }) => address),
    );
  const left = [["other.bsky.social"], ["p2.bsky.social"]];
  expect(addresses([rejected])).toEqual(left);
  const later = [guess("1", 20, { accounts: [other] }), guess("2", 60)];
  expect(addresses([rejected], later, [])).toEqual(left);
  const open = { ...rejected, answer: "open" as const };
  expect(addresses([], later, [open])).toEqual(addresses([]));
  expect(addresses([], people.slice(1), [open])).toEqual([
    [one.address],
    ["p2.bsky.social"],
  ]);
  expect(addresses([])).toEqual([
    [one.address, other.address],
    ["p2.bsky.social"],
  ]);
  const none = { guess: both, account: other, answer: "no" as const };
  expect(addresses([rejected, none])).toEqual([["p2.bsky.social"]]);
  const yes = { guess: both, account: other, answer: "yes" as const };
  expect(addresses([yes])).toEqual([["p2.bsky.social"]]);
});

test("an account that is taken back has the number it had, among others as probable", () => {
  const alone = guess("1", 70);
  const accounts = ["a", "b", "c"].map((address) => ({
    ...alone.accounts[0]!,
    address,
  }));
  const addresses = (stored: typeof accounts, missing: Answered[]) =>
    openGuesses(
      stored.length ? [{ ...alone, accounts: stored }] : [],
      missing,
      [],
    ).flatMap((one) => one.accounts.map(({ address }) => address));
  const open = (at: number, shown: typeof accounts): Answered => ({
    guess: { ...alone, accounts: shown },
    account: accounts[at]!,
    answer: "open",
  });
  const [first, second, third] = accounts;
  const all = ["a", "b", "c"];
  expect(addresses(accounts, [open(1, accounts)])).toEqual(all);
  expect(addresses([first!, third!], [open(1, accounts)])).toEqual(all);
  const both = [open(2, accounts), open(1, [first!, second!])];
  expect(addresses([first!], both)).toEqual(all);
  expect(addresses([first!], both.reverse())).toEqual(all);
  expect(addresses([], both)).toEqual(["b", "c"]);
});

test("an answer that could not be stored is taken back", async () => {
  const { guesses } = await shown({
    "guess.decide": () => {
      throw engineError("storage_full");
    },
  });
  await answer(guesses, "yes");
  expect(ids(guesses)).toEqual(["3", "2", "1", "4"]);
});

test("without the right to search, names are left out; the right is asked for only by the button that says so", async () => {
  const signedIn = { ...NO_ONE, usable: ME as Account | null };
  const asked: Account[] = [];
  signedIn.askToSearch = (account) => {
    asked.push(account);
    signedIn.usable = { ...ME, maySearch: true };
    return Promise.resolve(signedIn.usable);
  };
  const { guesses, calls } = await shown(
    { "search.start": () => null },
    signedIn,
  );
  await guesses.start();
  expect(asked).toEqual([]);
  await guesses.startWithNames();
  expect(asked).toEqual([ME]);
  expect(calls).toMatchObject([
    ["search.start", { account: null }],
    ["search.start", { account: ME.id }],
  ]);
});

test("where the right to search is refused, the other sources are searched", async () => {
  const refused = {
    ...NO_ONE,
    usable: ME,
    askToSearch: () => Promise.reject(engineError("sign_in_denied")),
  };
  const { guesses, calls } = await shown(
    { "search.start": () => null },
    refused,
  );
  await guesses.startWithNames();
  expect(calls).toMatchObject([["search.start", { account: null }]]);
});

test("one person alone is looked for with the sign-in only where it may search", async () => {
  const found = { guess: guess("1", 70) };
  const { guesses, calls } = await shown(
    { "search.one": () => found },
    { ...NO_ONE, usable: ME },
  );
  expect(await guesses.searchOne("1")).toEqual(found.guess);
  expect(calls).toEqual([["search.one", { rest_id: "1", account: null }]]);
});
