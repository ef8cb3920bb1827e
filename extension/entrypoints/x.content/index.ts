// On x.com, in the isolated world: badges, decided from the local index, and whom X's own answers name. Makes no request.
import { browser } from "wxt/browser";
import { defineContentScript } from "wxt/utils/define-content-script";
import { type Watch, watchPage, type WatchParts } from "../../lib/x/badge/watch";
import { BADGES } from "../../lib/badge-switch";
import { BADGE_HINTS, BADGE_INDEX, mayKnow, type NamedPerson, readBadgeIndex } from "../../lib/rules/keys";
import { makeLine } from "../../lib/messages/port";
import type { BadgeAccountView, BadgeTarget, BadgeView } from "../../lib/messages/views";
import { ask, ContentMessageError, type Send, sendAlone } from "../../lib/messages/content";
import { watchHealth } from "../../lib/x/pages/health";
import { makeGuide, ownerOf } from "../../lib/x/reading/controller";
import { identify, LEARNED, type Learned, readLearned } from "../../lib/messages/name-ids";
import { listen } from "../../lib/x/answers/listen";
import { onReading, readReading } from "../../lib/messages/reading";

export default defineContentScript({
  // Registered when badges are switched on (lib/badge-switch.ts), so that nothing asks for x.com at install.
  registration: "runtime",
  async main(context) {
    let watch: Watch | null = null;
    const stopReading = startReading();
    let keys: Uint32Array | null = null; // of the directory's people, while badges are on and there is one
    let hinted: Uint32Array = new Uint32Array(); // of those whose profile names an account
    let learned: Learned = new Map();
    const send = import.meta.env.FIREFOX ? sendAlone : overLine();

    const targetOf = (
      person: NamedPerson,
      { row_id }: BadgeView,
      { standing, address }: BadgeAccountView,
    ): BadgeTarget => {
      const { screenName, restId } = identify(learned, person);
      return {
        row_id: standing === "listed" ? row_id : null,
        address,
        screen_name: screenName,
        rest_id: restId,
      };
    };
    const parts: WatchParts = {
      mayKnow: (person) => {
        const named = identify(learned, person);
        return (keys !== null && mayKnow(keys, named)) || mayKnow(hinted, named);
      },
      askRows: async (people) =>
        (await ask("badge.rows", { people: people.map((person) => identify(learned, person)) }, send)).views,
      follow: async (person, view, account) => {
        try {
          return (await ask("badge.follow", targetOf(person, view, account))).error_text;
        } catch (error) {
          return sentenceOf(error, view);
        }
      },
      confirm: async (person, view, account) => {
        try {
          return (await ask("badge.confirm", targetOf(person, view, account))).error_text;
        } catch (error) {
          return sentenceOf(error, view);
        }
      },
      look: async (person, view, account) => {
        try {
          return await ask("badge.look", { ...targetOf(person, view, account), network: account.network });
        } catch (error) {
          return { profile: null, error_text: sentenceOf(error, view) };
        }
      },
      signIn: async () => {
        await ask("session.open", {});
      },
      isAlive: () => context.isValid,
    };

    // The indexes are there only while badges are on; the background replaces them when the directory or the hints change.
    function useIndexes(): void {
      if (keys === null && hinted.length === 0) {
        watch?.stop();
        watch = null;
      } else if (watch) watch.refresh();
      else watch = watchPage(document, parts);
    }

    // A badge whose account turned out to be gone stays until the page changes: somebody is reading so in its popover.
    function useHints(stored: unknown): void {
      const before = new Set(hinted);
      hinted = readBadgeIndex(stored)?.keys ?? new Uint32Array();
      if (hinted.length === 0 || hinted.some((key) => !before.has(key))) useIndexes();
    }

    const changed = (changes: Record<string, { newValue?: unknown }>, area: string) => {
      if (area !== "local") return;
      if (changes[BADGE_INDEX]) {
        keys = readBadgeIndex(changes[BADGE_INDEX].newValue)?.keys ?? null;
        useIndexes();
      }
      if (changes[BADGE_HINTS]) useHints(changes[BADGE_HINTS].newValue);
      if (changes[LEARNED]) {
        const before = learned;
        learned = readLearned(changes[LEARNED].newValue);
        if ([...learned.keys()].some((name) => !before.has(name))) watch?.refresh();
      }
      if (changes[BADGES] && changes[BADGES].newValue !== true) stopReading(true);
    };
    browser.storage.onChanged.addListener(changed);
    context.onInvalidated(() => {
      watch?.stop();
      stopReading(false);
    });
    const stored = await browser.storage.local.get([BADGE_INDEX, BADGE_HINTS, LEARNED]);
    learned = readLearned(stored[LEARNED]);
    keys = readBadgeIndex(stored[BADGE_INDEX])?.keys ?? null;
    hinted = readBadgeIndex(stored[BADGE_HINTS])?.keys ?? new Uint32Array();
    useIndexes();
    await ask("badge.index", {});
  },
});

// Somebody who scrolls has their rows asked for many times a second. Not in Firefox, whose background sleeps after 30 s of
// nothing but messages on open lines: only events that have a listener keep it awake (Bugzilla 1851373).
function overLine(): Send {
  const line = makeLine(() => browser.runtime.connect(), sendAlone);
  addEventListener("pagehide", () => {
    line.close();
  }); // a kept page's line is cut without a word
  return line.send;
}

// Whom X's answers name is read with or without a directory here: somebody may begin with their list on X. Gives the function
// that ends it, for good when badges are switched off; else a newer version of this script goes on in the same tab.
function startReading(): (isForGood: boolean) => void {
  const listener = listen(document, {
    owner: () => ownerOf(document),
    tell: (seen) => ask("people.seen", seen),
    soon: (work) => {
      requestIdleCallback(work, { timeout: 1_000 });
    },
  });
  const guide = makeGuide(document, listener, {
    view: async (screen_name, is_list) => (await ask("reading.view", { screen_name, is_list })).view,
    end: (is_complete) => void ask("reading.end", { is_complete }).catch(because),
  });
  const stopHealth = watchHealth(
    document,
    (is_readable) => void ask("page.health", { is_readable }).catch(because),
  );
  const stopListening = onReading((reading) => {
    guide.show(reading);
  });
  void readReading().then((reading) => {
    guide.show(reading);
  });
  return (isForGood) => {
    stopListening();
    stopHealth();
    guide.stop();
    listener.stop(isForGood);
  };
}

function sentenceOf(error: unknown, { words }: BadgeView): string {
  console.warn("Passerelle: a press was not answered.", error);
  return error instanceof ContentMessageError && error.view.code === "no_answer"
    ? words.no_answer
    : words.broken;
}

function because(error: unknown): void {
  console.debug("Passerelle: its background did not answer.", error);
}
