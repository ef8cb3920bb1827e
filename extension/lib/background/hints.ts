// The background's part in hints: has the engine look at the few profiles that may name an account, and tells tabs whose do.
//
// Profiles wait in the database `seen` until the engine has looked at them, so a background that is killed forgets nobody.
import { browser } from "wxt/browser";
import { BADGE_HINTS, makeBadgeIndex, readBadgeIndex } from "../rules/keys";
import { BADGES, badgesState } from "../x/switch";
import { openChannel } from "../engine/channel";
import { type Engine, makeEngine } from "../engine/client";
import { type HintLookup, makeHintLookup } from "./hint-lookup";
import type { Commands, ProfileHints } from "../messages/messages.gen";
import { coalesce, memoize } from "../async";
import { readAll } from "../engine/stores";
import { linksOf } from "../rules/hints";
import type { SeenRecord, SeenStore } from "./seen-store";
import { expandedBio } from "../x/answers/users";

type Find = Commands["hint.find"]["fields"];

/** What this needs from outside; tests hand in their own. */
export interface HintParts {
  store: Pick<SeenStore, "waiting" | "settle">;
  find: (fields: Find) => Promise<unknown>;
}

// Starting Python takes three seconds of a processor, so it gets a few at once.
const HANDFUL = 20;
const WAIT = 5_000; // ms, after which it gets what there is
const MAX_GIVEN = 200; // people in one command; core/passerelle/engine/messages.py, MAX_PROFILES, allows more
// A page that forges profiles without end must not keep Python busy: so many commands, then a rest.
const MAX_COMMANDS = 5;
const REST = 10_000; // ms

/** Make what hands waiting profiles over: `soon` when there may be some, `now` after a start. */
export function makeHints({ store, find }: HintParts) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let giving: Promise<void> | null = null;
  let due = Infinity; // when the timer rings, and when there may be more commands: ms of performance.now(), which no clock change moves
  let rested = 0;

  // Nobody stops waiting before the engine has stored what it found: killed at any instant, they are given again. Where it
  // fails they wait for the next occasion.
  async function give(): Promise<void> {
    for (let commands = 0; commands < MAX_COMMANDS; commands++) {
      const records = await store.waiting(MAX_GIVEN);
      if (records.length === 0) return;
      await find({ people: records.map(toProfile) });
      await store.settle(records);
      rested = performance.now() + REST;
    }
    await soon();
  }

  // Whoever scrolls on and on does not put it off.
  async function soon(): Promise<void> {
    const { length } = await store.waiting(HANDFUL);
    const at = Math.max(performance.now() + (length >= HANDFUL ? 0 : WAIT), rested);
    if (length === 0 || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Infinity;
      void now();
    }, at - performance.now());
  }

  const now = (): Promise<void> =>
    (giving ??= give()
      .catch((error: unknown) => {
        console.warn("Passerelle: nobody looked for addresses in these profiles yet.", error);
      })
      .finally(() => (giving = null)));

  return { now, soon };
}

function toProfile(record: SeenRecord): Find["people"][number] {
  const { rest_id, screen_name, display_name, seen, location } = record;
  return {
    rest_id,
    screen_name,
    display_name,
    seen,
    bio: expandedBio(record),
    location,
    urls: linksOf(record),
  };
}

/** Leave the hints' index where content scripts read it, or take it away; only when it is not the one that is there. */
export async function publishHints(book: () => Promise<HintLookup>): Promise<void> {
  const keys = (await badgesState()) === "on" ? (await book()).keys() : new Uint32Array();
  const stored =
    readBadgeIndex((await browser.storage.local.get(BADGE_HINTS))[BADGE_HINTS])?.keys ?? new Uint32Array();
  if (keys.length === stored.length && keys.every((key, at) => key === stored[at])) return;
  if (keys.length === 0) await browser.storage.local.remove(BADGE_HINTS);
  else await browser.storage.local.set({ [BADGE_HINTS]: makeBadgeIndex(INDEX_VERSION, keys.buffer) });
}

const INDEX_VERSION = 1; // hints have none, unlike the directory

/** Make the background's part; `listen` is to be called at once when it starts. */
export function makeHintsBackground(wake: Parameters<typeof makeEngine>[0], store: SeenStore) {
  let engine: Engine | undefined; // its channel is opened by the first command
  const hints = makeHints({
    store,
    find: (fields) => (engine ??= makeEngine(wake)).call("hint.find", fields),
  });
  const book = memoize(readBook);
  const publish = coalesce(
    () => publishHints(book),
    (error) => {
      console.error("The hints' index could not be published:", error);
    },
  );

  return {
    book,
    bearer: async (screenName: string) => (await store.named(screenName))?.rest_id ?? null,
    soon: () => hints.soon(),
    listen: () => {
      openChannel((message) => {
        if (!("event" in message) || message.event.type !== "state.changed") return;
        if (!message.event.stores.some((store) => WRITTEN.has(store))) return;
        book.forget();
        publish();
      });
      browser.storage.onChanged.addListener((changes, area) => {
        if (area === "local" && changes[BADGES]) publish();
      });
      browser.permissions.onRemoved.addListener(publish);
      publish();
      void hints.now();
    },
  };
}

// What the book is made of.
const WRITTEN: ReadonlySet<string> = new Set(["hints", "decisions"]);

async function readBook(): Promise<HintLookup> {
  const [profiles, decisions] = await Promise.all([
    readAll<ProfileHints>("hints"),
    readAll<string>("decisions"),
  ]);
  const rejected = [...decisions].filter(([, decision]) => decision === "rejected").map(([key]) => key);
  return makeHintLookup([...profiles.values()], new Set(rejected));
}
