// The background's part in badges, with what it reads from: the stores, the sessions, the settings, the engine.
import { browser } from "wxt/browser";
import { makeSerializer, type Memoized, memoize } from "../async";
import { BADGES, restoreBadges } from "../badge-switch";
import type { WakeEngine } from "../engine/client";
import { readDirectoryFiles, readStoredDirectories, versionOf } from "../engine/stored-directories";
import { read, readKeys, readMatches, readState } from "../engine/stores";
import type { FollowState } from "../messages/views";
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
  const directories = memoize(readStoredDirectories);
  const matches = memoize(readMatches);
  const queue = memoize(() => readKeys("queue")); // few people on a page are in it
  const following = memoize(readFollowing);
  const preferred = memoize(async () => (await readState("preferred"))?.network ?? null);
  const accounts = {
    bluesky: memoize(() => sessions.current("bluesky")),
    fediverse: memoize(() => sessions.current("fediverse")),
  };
  const locale = memoize(readLocale);
  const people = makeKnownPeople();
  const inOrder = makeSerializer();
  const forget = () => {
    for (const one of [
      directories,
      matches,
      queue,
      following,
      preferred,
      locale,
      people,
      ...Object.values(accounts),
    ])
      one.forget();
  };

  const parts: BadgeParts = {
    version: async () => versionOf(await directories()),
    files: async () => readDirectoryFiles(await directories()),
    hints: lookup,
    names: people.namesOf,
    bearer,
    matches,
    queued: async (key) => {
      const keys = await queue();
      const own = (await following()).find((one) => keys.has(`${one} ${key}`));
      return own === undefined ? null : readQueued(own, key);
    },
    account: (network) => accounts[network](),
    locale,
    follow: async (fields) => {
      const followed = await engine.call("follow.one", fields);
      forget(); // the answer may be faster than the news of what was stored
      return followed;
    },
    // The engine stores an outcome even where it answers with an error: that there is no such account.
    preferred,
    undo: (fields) => engine.call("follow.undo", fields).finally(forget),
    look: (fields) =>
      engine.call("account.look", fields).finally(() => {
        forget();
        lookup.forget();
      }),
    openSignIn: () => browser.tabs.create({ url: browser.runtime.getURL("/app.html#sign-in") }),
    openFromServer: (acct) =>
      browser.tabs.create({
        url: `${browser.runtime.getURL("/from-server.html")}#${encodeURIComponent(acct)}`,
      }),
    openHistory: () => browser.tabs.create({ url: browser.runtime.getURL("/app.html#history") }),
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

// The own accounts that follow: core/passerelle/engine/queue_store.py
async function readFollowing(): Promise<string[]> {
  return Object.values(((await read("queue", "current")) as Record<string, string> | undefined) ?? {});
}

/** An item as core/passerelle/following/items.py stores it; `is_written` once a server has confirmed our own follow. */
interface StoredItem extends Pick<Queued, "error"> {
  readonly state: FollowState | "recalled";
  readonly is_written: boolean;
}

async function readQueued(own: string, key: string): Promise<Queued | null> {
  const item = (await read("queue", `${own} ${key}`)) as StoredItem | undefined;
  if (!item) return null;
  const state = item.state === "recalled" ? "asked" : item.state; // as FOLLOW_STATES in core/passerelle/following/status.py
  return { state, error: item.error, followedBy: item.is_written ? own : null };
}
