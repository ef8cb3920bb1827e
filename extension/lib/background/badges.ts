// The background's part in badges, with what it reads from: the stores, the sessions, the settings, the engine.
import { browser } from "wxt/browser";
import { makeSerializer, type Memoized, memoize } from "../async";
import { BADGES, restoreBadges } from "../badge-switch";
import type { WakeEngine } from "../engine/client";
import { read, readKeys, readMatches, readState } from "../engine/stores";
import type { DirectoryFiles } from "../rules/directory";
import { sessions } from "../sessions";
import { onLanguage } from "../settings";
import { type BadgeParts, makeBadgeHandlers, onlyConfirmed } from "./badge-handlers";
import { publishIndex } from "./badge-index";
import type { Queued } from "./badge-view";
import { makeConfirmHandlers, openConfirmation } from "./confirm";
import { lazyEngine, onStateChanged } from "./engine-client";
import type { HintLookup } from "./hint-lookup";
import { makeKnownPeople } from "./known-people";
import { readLocale } from "./speech";
import { syncIfDue } from "./watch";

/** Make the background's part: handlers of messages, and `listen` to be called at once when it starts. */
export function makeBadgesBackground(
  wake: WakeEngine,
  { lookup, bearer }: { lookup: Memoized<HintLookup>; bearer: BadgeParts["bearer"] },
) {
  const engine = lazyEngine(wake);
  // A person who scrolls asks many times a second, and each read takes milliseconds by which a badge comes later.
  const version = memoize(async () => (await readState("directory"))?.version ?? null);
  const matches = memoize(readMatches);
  const queue = memoize(() => readKeys("queue")); // few people on a page are in it
  const following = memoize(readFollowing);
  const accounts = {
    bluesky: memoize(() => sessions.current("bluesky")),
    fediverse: memoize(() => sessions.current("fediverse")),
  };
  const locale = memoize(readLocale);
  const people = makeKnownPeople();
  const inOrder = makeSerializer();
  const forget = () => {
    for (const one of [version, matches, queue, following, locale, people, ...Object.values(accounts)])
      one.forget();
  };

  const parts: BadgeParts = {
    version,
    files: readFiles,
    hints: lookup,
    names: people.namesOf,
    bearer,
    matches,
    queued: async (key) => {
      const keys = await queue();
      const stored = (await following()).map((own) => `${own} ${key}`).find((one) => keys.has(one));
      return stored === undefined ? null : readQueued(stored);
    },
    account: (network) => accounts[network](),
    locale,
    follow: async (fields) => {
      const followed = await engine.call("follow.one", fields);
      forget(); // the answer may be faster than the news of what was stored
      return followed;
    },
    // The engine stores an outcome even where it answers with an error: that there is no such account.
    look: (fields) =>
      engine.call("account.look", fields).finally(() => {
        forget();
        lookup.forget();
      }),
    openSignIn: () => browser.tabs.create({ url: browser.runtime.getURL("/app.html#sign-in") }),
    openConfirmation,
    publish: () => inOrder(() => publishIndex(parts)),
    now: () => new Date(),
  };

  const handlers = makeBadgeHandlers(parts);
  return {
    handlers: import.meta.env.FIREFOX ? onlyConfirmed(handlers, parts) : handlers,
    pageHandlers: makeConfirmHandlers(handlers, locale),
    listen: () => {
      listen(parts.publish, forget, () => syncIfDue(engine));
    },
  };
}

// A browser that wakes the background for one of these events looks for its listener in the first turn of the event loop.
function listen(publishNow: () => Promise<void>, forget: () => void, sync: () => Promise<void>): void {
  const publish = () => {
    publishNow().catch((error: unknown) => {
      console.error("The badge index could not be published:", error);
    });
  };
  onStateChanged((stores) => {
    forget();
    if (stores.has("directory")) publish();
  });
  sessions.onChange(forget);
  onLanguage(forget);
  browser.storage.onChanged.addListener((changes, area) => {
    if (area !== "local" || !changes[BADGES]) return;
    publish();
    if (changes[BADGES].newValue) void sync(); // marks come from the directory
  });
  for (const event of [browser.runtime.onInstalled, browser.runtime.onStartup])
    event.addListener(() => void restoreBadges().then(publish));
  browser.permissions.onAdded.addListener(() => void restoreBadges().then(publish));
  browser.permissions.onRemoved.addListener(publish);
}

async function readFiles(): Promise<DirectoryFiles> {
  const [rows, keys, offsets] = await Promise.all(
    ["rows", "keys", "offsets"].map((key) => read("directory", key)),
  );
  return { rows, keys, offsets } as DirectoryFiles;
}

// The own accounts that follow: core/passerelle/engine/queue_store.py
async function readFollowing(): Promise<string[]> {
  return Object.values(((await read("queue", "current")) as Record<string, string> | undefined) ?? {});
}

async function readQueued(key: string): Promise<Queued | null> {
  return ((await read("queue", key)) as Queued | undefined) ?? null;
}
