// lib/page/engine.ts: an answer comes when the page's copies include it, so that nothing shown goes back to what was before.
import "fake-indexeddb/auto";
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openChannel } from "../../../extension/lib/engine/channel";
import { withCopies } from "../../../extension/lib/page/engine";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Follow, pendingKey } from "../../../extension/lib/page/follow.svelte";
import { Matches } from "../../../extension/lib/page/matches.svelte";
import type { Account } from "../../../extension/lib/sessions";
import { account, engineError, makeFakeEngine, match } from "./fakes";
import { clear, write } from "./stores";

let stop = () => undefined as void;
vi.stubGlobal("navigator", { languages: ["en"] });
beforeEach(clear);
afterEach(() => {
  stop();
});

const ME = { id: "did:plc:me", expired: false } as Account;

/** Store a match, announce it, and resolve once a page has heard of it: as the engine does before it answers. */
async function store(state: "waiting" | "none") {
  await write("matches", "1", match("1", { accounts: [account({ state })] }));
  const event = {
    type: "state.changed" as const,
    stores: ["matches" as const],
    keys: { matches: ["1"] },
  };
  const speaker = openChannel();
  await new Promise<void>((resolve) => {
    const hearer = openChannel(() => {
      hearer.close();
      resolve();
    });
    speaker.post({ event });
  });
  speaker.close();
}

/** Return what a row shows of a follow from a press on, one after another, in a page whose engine answers so. */
async function shownAfterPress(answer: () => Promise<unknown>) {
  await write("matches", "1", match("1"));
  const { engine } = makeFakeEngine({ "follow.start": answer });
  const failures = new Failures();
  const page = withCopies(engine);
  const matches = new Matches(page, failures);
  const stored = {
    archive: null,
    approval: null,
    preferred: null,
    queue: null,
  };
  const signedIn = { usable: ME, usableOnMastodon: null };
  const follow = new Follow(page, stored, signedIn, failures, vi.fn());
  const shown: string[] = [];
  stop = $effect.root(() => {
    $effect(() => {
      const [one] = matches.all;
      const [found] = one?.accounts ?? [];
      if (!one || !found) return;
      const isAsked =
        found.state === "none" && follow.pending.has(pendingKey(one, found));
      shown.push(isAsked ? "asked" : found.state);
    });
  });
  flushSync();
  await vi.waitFor(() => {
    expect(matches.isLoaded).toBe(true);
  });
  flushSync();
  await follow.start(["1"], "bluesky");
  flushSync();
  return shown;
}

test("a follow that was pressed never looks as if it had not been", async () => {
  const shown = await shownAfterPress(() => store("waiting"));
  expect(shown).toEqual(["none", "asked", "waiting"]);
});

test("a follow that the engine refuses can be pressed again", async () => {
  const shown = await shownAfterPress(() =>
    Promise.reject(engineError("storage_full")),
  );
  expect(shown).toEqual(["none", "asked", "none"]);
});

test("an answer without any change is not held up", async () => {
  const { engine } = makeFakeEngine({ "follow.pause": () => ({ done: 1 }) });
  expect(await withCopies(engine).call("follow.pause", {})).toEqual({
    done: 1,
  });
});
