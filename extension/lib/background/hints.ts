// The background's part in hints: has the engine read the few profiles that may name an account, and tells tabs whose do.
//
// Profiles wait in the database `seen` until the engine has read them, so a background that is killed loses none.
import { browser } from "wxt/browser";
import { coalesce, memoize } from "../async";
import { BADGES, badgesState } from "../badge-switch";
import type { WakeEngine } from "../engine/client";
import { readAll, readMatches } from "../engine/stores";
import type { Commands, MatchView, ProfileHints } from "../messages/messages.gen";
import { linksOf } from "../rules/hints";
import { BADGE_HINTS, idKey, makeHintKeys, nameKey, readHintKeys } from "../rules/keys";
import { expandedBio } from "../rules/profile";
import { lazyEngine, onStateChanged } from "./engine-client";
import { type HintLookup, makeHintLookup } from "./hint-lookup";
import type { SeenRecord, SeenStore } from "./seen-store";

type Find = Commands["hint.find"]["fields"];

/** What this needs from outside; tests hand in their own. */
export interface HintParts {
  store: Pick<SeenStore, "waiting" | "settle">;
  find: (fields: Find) => Promise<unknown>;
}

// Starting Python takes three seconds of a processor, so it gets a few profiles at once.
const PORTION = 20;
const WAIT = 5_000; // ms, after which it gets what there is
const MAX_GIVEN = 200; // people in one command; core/passerelle/engine/messages.py, MAX_PROFILES, allows more
// A page that forges profiles without end must not keep Python busy: so many commands, then a rest.
const MAX_COMMANDS = 5;
const REST = 10_000; // ms

/** Hands waiting profiles to the engine: `soon` when there may be some, `now` after a start. */
export class HintFinder {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giving: Promise<void> | null = null;
  #due = Infinity; // when the timer rings; ms of performance.now(), which no change of the clock moves
  #restedAt = 0; // when there may be more commands, likewise

  constructor(private readonly parts: HintParts) {}

  /** Hand over what waits. */
  now(): Promise<void> {
    return (this.#giving ??= this.#give()
      .catch((error: unknown) => {
        console.warn("Passerelle: the engine did not read these profiles yet.", error);
      })
      .finally(() => (this.#giving = null)));
  }

  /** Hand over what waits before long. Later calls do not put it off. */
  async soon(): Promise<void> {
    const { length } = await this.parts.store.waiting(PORTION);
    const at = Math.max(performance.now() + (length >= PORTION ? 0 : WAIT), this.#restedAt);
    if (length === 0 || at >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = at;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      void this.now();
    }, at - performance.now());
  }

  // A profile waits until the engine has stored what it found: killed at any instant, it is given again. After a failure it
  // waits for the next occasion.
  async #give(): Promise<void> {
    const { store, find } = this.parts;
    for (let commands = 0; commands < MAX_COMMANDS; commands++) {
      const records = await store.waiting(MAX_GIVEN);
      if (records.length === 0) return;
      await find({ people: records.map(toProfile) });
      await store.settle(records);
      this.#restedAt = performance.now() + REST;
    }
    await this.soon();
  }
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
    picture: record.picture ?? null,
  };
}

/**
 * Store the index of the people to be asked about before a mark is shown, or remove it while badges are off; writes only a
 * change. These are people whose profile names an account, and people with a rejected account.
 */
export async function publishHints(
  lookup: () => Promise<HintLookup>,
  matches: () => Promise<readonly MatchView[]>,
): Promise<void> {
  const isOn = (await badgesState()) === "on";
  const keys = isOn
    ? sorted([...(await lookup()).keys(), ...rejectedKeys(await matches())])
    : new Uint32Array();
  const stored =
    readHintKeys((await browser.storage.local.get(BADGE_HINTS))[BADGE_HINTS])?.keys ?? new Uint32Array();
  if (keys.length === stored.length && keys.every((key, at) => key === stored[at])) return;
  if (keys.length === 0) await browser.storage.local.remove(BADGE_HINTS);
  else await browser.storage.local.set({ [BADGE_HINTS]: makeHintKeys(INDEX_VERSION, keys.buffer) });
}

function sorted(keys: readonly number[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(new Set(keys)).sort();
}

function rejectedKeys(matches: readonly MatchView[]): number[] {
  return matches
    .filter(({ accounts }) => accounts.some(({ rejected }) => rejected))
    .flatMap(({ rest_id, screen_name }) => [idKey(rest_id), ...(screen_name ? [nameKey(screen_name)] : [])]);
}

const INDEX_VERSION = 1; // hints have none, unlike the directory

/** Make the background's part; `listen` is to be called at once when it starts. */
export function makeHintsBackground(wake: WakeEngine, store: SeenStore) {
  const engine = lazyEngine(wake);
  const finder = new HintFinder({ store, find: (fields) => engine.call("hint.find", fields) });
  const lookup = memoize(readLookup);
  const publishAgain = coalesce(
    () => publishHints(lookup, readMatches),
    (error) => {
      console.error("The hints' index could not be published:", error);
    },
  );
  const publish = () => void publishAgain();

  return {
    lookup,
    bearer: async (screenName: string) => (await store.named(screenName))?.rest_id ?? null,
    soon: () => finder.soon(),
    listen: () => {
      onStateChanged((stores) => {
        if (!SOURCES.some((source) => stores.has(source))) return;
        lookup.forget();
        publish();
      });
      browser.storage.onChanged.addListener((changes, area) => {
        if (area === "local" && changes[BADGES]) publish();
      });
      browser.permissions.onRemoved.addListener(publish);
      publish();
      void finder.now();
    },
  };
}

// The stores from which the look-up is made.
const SOURCES = ["hints", "decisions"] as const;

async function readLookup(): Promise<HintLookup> {
  const [profiles, decisions] = await Promise.all([
    readAll<ProfileHints>("hints"),
    readAll<string>("decisions"),
  ]);
  const rejected = [...decisions].filter(([, decision]) => decision === "rejected").map(([key]) => key);
  return makeHintLookup([...profiles.values()], new Set(rejected));
}
