// lib/page/matches.svelte.ts: decisions show at once and never flicker.
import "fake-indexeddb/auto";
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clear, write } from "./stores";
import * as database from "../../../extension/engine/database";
import { openChannel } from "../../../extension/lib/engine/channel";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Matches } from "../../../extension/lib/page/matches.svelte";
import { account, engineError, makeFakeEngine, match, settle } from "./fakes";

let stop = () => undefined as void;
vi.stubGlobal("navigator", { languages: ["en"] });
beforeEach(clear);
afterEach(() => {
  stop();
});

/** Return the matches as a page shows them, which keeps them up to date. */
async function shown(answers = {}) {
  await write("matches", "1", match("1"));
  const fake = makeFakeEngine(answers);
  const failures = new Failures();
  const matches = new Matches(fake.engine, failures);
  const history: boolean[] = [];
  stop = $effect.root(() => {
    $effect(() => {
      const chosen = matches.all[0]?.accounts[0]?.chosen;
      if (chosen !== undefined) history.push(chosen);
    });
  });
  flushSync();
  await vi.waitFor(() => {
    expect(matches.isLoaded).toBe(true);
  });
  flushSync();
  return { ...fake, failures, matches, history };
}

/** Store the match as the engine does after a decision, and announce it. */
async function storeChosen(chosen: boolean) {
  await write("matches", "1", match("1", { accounts: [account({ chosen })] }));
  await announce("1");
}

const first = (matches: Matches) => {
  const [found] = matches.all;
  if (!found?.accounts[0]) throw new Error("no match is stored");
  return [found, found.accounts[0]] as const;
};

test("a tick shows before the engine answers, and stays while its copy is read again", async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { matches, history } = await shown({
    "decision.set": () => new Promise((resolve) => (answer = resolve)),
  });
  const deciding = matches.decide(...first(matches), "chosen");
  flushSync();
  expect(history).toEqual([false, true]);
  answer({});
  await deciding;
  await storeChosen(true);
  flushSync();
  expect(history.slice(1)).not.toContain(false);
  expect(matches.counts.all).toBe(1);
  expect(matches.planned(["bluesky"]).people).toBe(1);
});

/** Announce that the engine wrote these matches. */
async function announce(...keys: string[]) {
  const channel = openChannel();
  channel.post({
    event: {
      type: "state.changed",
      stores: ["matches"],
      keys: { matches: keys },
    },
  });
  channel.close();
  await settle();
}

test("of many people only those are read again whose record was written", async () => {
  await write("matches", "2", match("2"));
  const { matches } = await shown();
  const [one, two] = matches.all;
  await write(
    "matches",
    "2",
    match("2", { accounts: [account({ chosen: true })] }),
  );
  await write("matches", "3", match("3"));
  await announce("2", "3");
  const after = matches.all;
  expect(after.map(({ rest_id }) => rest_id)).toEqual(["1", "2", "3"]);
  expect(after[0]).toBe(one);
  expect(after[1]).not.toBe(two);
  expect(after[1]?.accounts[0]?.chosen).toBe(true);
});

test("a person whose match is gone leaves the list", async () => {
  await write("matches", "2", match("2"));
  const { matches } = await shown();
  await database.write([{ kind: "delete", store: "matches", key: "1" }]);
  await announce("1");
  expect(matches.all.map(({ rest_id }) => rest_id)).toEqual(["2"]);
});

test("once the engine has stored a decision, its copy counts", async () => {
  const { matches } = await shown();
  await matches.decide(...first(matches), "chosen");
  await storeChosen(false);
  expect(matches.all[0]?.accounts[0]?.chosen).toBe(false);
});

test("a decision that could not be stored is taken back, and the reason shown", async () => {
  const { matches, failures } = await shown({
    "decision.set": () => Promise.reject(engineError("storage_full")),
  });
  await matches.decide(...first(matches), "chosen");
  expect(matches.all[0]?.accounts[0]?.chosen).toBe(false);
  expect(failures.current?.code).toBe("storage_full");
});

test("of two decisions on one account the later one shows, whichever is answered first", async () => {
  const answers: (() => void)[] = [];
  const { matches } = await shown({
    "decision.set": () =>
      new Promise((_, reject) =>
        answers.push(() => reject(engineError("timeout"))),
      ),
  });
  const one = matches.decide(...first(matches), "chosen");
  const other = matches.decide(...first(matches), "rejected");
  answers[0]?.();
  await one;
  expect(matches.all[0]?.accounts[0]?.rejected).toBe(true);
  answers[1]?.();
  await other;
  expect(matches.all[0]?.accounts[0]?.rejected).toBe(false);
});

test("many people are ticked with one command, and the page says when it failed", async () => {
  await write("matches", "2", match("2"));
  const { matches, calls, answers, failures } = await shown();
  expect(await matches.decideMany(matches.all, "chosen")).toBe(true);
  expect(calls).toEqual([
    ["decision.set_many", { rest_ids: ["1", "2"], decision: "chosen" }],
  ]);
  answers["decision.set_many"] = () =>
    Promise.reject(engineError("storage_full"));
  expect(await matches.decideMany(matches.all, "unchosen")).toBe(false);
  expect(failures.current?.code).toBe("storage_full");
  expect(matches.isDeciding).toBe(false);
});

test("checking an account returns its profile, or a sentence that tells absence from failure", async () => {
  const profile = {
    display_name: "Ada",
    address: "ada.example.org",
    description: "",
    picture: null,
    links_back: true,
    hidden: false,
  };
  const { matches, answers, calls } = await shown({
    "account.look": () => profile,
  });
  expect((await matches.checkAccount(...first(matches))).profile?.name).toBe(
    "Ada",
  );
  expect(calls.at(-1)?.[1]).toMatchObject({
    rest_id: "1",
    row_id: "row-1",
    network: "bluesky",
  });
  answers["account.look"] = () =>
    Promise.reject(engineError("account_not_found"));
  const absent = (await matches.checkAccount(...first(matches))).error_text;
  answers["account.look"] = () =>
    Promise.reject(engineError("server_unreachable", { host: "bsky.app" }));
  const failed = (await matches.checkAccount(...first(matches))).error_text;
  expect(absent).not.toBe(failed);
  expect(failed).toContain("bsky.app");
});

test("before the first read no match means nothing; after it, that there is none", async () => {
  const matches = new Matches(makeFakeEngine().engine, new Failures());
  const loaded: boolean[] = [];
  stop = $effect.root(() => {
    $effect(() => {
      loaded.push(matches.isLoaded);
    });
  });
  flushSync();
  await settle();
  flushSync();
  expect(loaded).toEqual([false, true]);
  expect(matches.all).toEqual([]);
});
