// On x.com, in the isolated world: badges, decided from the local index, and whom X's own answers name. Makes no request.
import { browser } from "wxt/browser";
import { defineContentScript } from "wxt/utils/define-content-script";
import { type Watch, watchPage, type WatchParts } from "../../lib/badge/watch";
import { BADGES } from "../../lib/badges";
import { BADGE_INDEX, mayKnow, readBadgeIndex } from "../../lib/badge-index";
import { ask, PageMessageError } from "../../lib/page-messages";
import { watchHealth } from "../../lib/x/health";
import { makeGuide, ownerOf } from "../../lib/x-answers/guide";
import { identify, LEARNED, type Learned, readLearned } from "../../lib/x-answers/learned";
import { listen } from "../../lib/x-answers/listen";
import { onReading, readReading } from "../../lib/x-answers/reading";

export default defineContentScript({
  // Registered when badges are switched on (lib/badges.ts), so that nothing asks for x.com at install.
  registration: "runtime",
  async main(context) {
    let watch: Watch | null = null;
    const stopReading = startReading();
    let keys: Uint32Array = new Uint32Array();
    let learned: Learned = new Map();

    const parts: WatchParts = {
      mayKnow: (person) => mayKnow(keys, identify(learned, person)),
      askRows: async (people) => (await ask("badge.rows", { people: people.map((person) => identify(learned, person)) })).views,
      follow: async (person, { row_id, words }) => {
        const { screenName, restId } = identify(learned, person);
        try {
          return (await ask("badge.follow", { row_id, screen_name: screenName, rest_id: restId })).error_text;
        } catch (error) {
          console.warn("Passerelle: the follow was not answered.", error);
          return error instanceof PageMessageError && error.view.code === "no_answer" ? words.no_answer : words.broken;
        }
      },
      signIn: async () => {
        await ask("session.open", {});
      },
      isAlive: () => context.isValid,
    };

    // The index is there exactly while badges are on; the background replaces it when the directory changes.
    function useIndex(stored: unknown): void {
      const index = readBadgeIndex(stored);
      keys = index?.keys ?? new Uint32Array();
      if (!index) {
        watch?.stop();
        watch = null;
      } else if (watch) watch.refresh();
      else watch = watchPage(document, parts);
    }

    const changed = (changes: Record<string, { newValue?: unknown }>, area: string) => {
      if (area !== "local") return;
      if (changes[BADGE_INDEX]) useIndex(changes[BADGE_INDEX].newValue);
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
    const stored = await browser.storage.local.get([BADGE_INDEX, LEARNED]);
    learned = readLearned(stored[LEARNED]);
    useIndex(stored[BADGE_INDEX]);
    await ask("badge.index", {});
  },
});

// Whom X's answers name is read with or without a directory here: somebody may begin with their list on X. Gives the function
// that ends it, for good when badges are switched off; else a newer version of this script goes on in the same tab.
function startReading(): (isForGood: boolean) => void {
  const listener = listen(document, {
    owner: () => ownerOf(document),
    tell: (seen) => ask("people.seen", seen),
    soon: (work) => { requestIdleCallback(work, { timeout: 1_000 }); },
  });
  const guide = makeGuide(document, listener, {
    view: async (screen_name, is_list) => (await ask("reading.view", { screen_name, is_list })).view,
    end: (is_complete) => void ask("reading.end", { is_complete }).catch(because),
  });
  const stopHealth = watchHealth(document, (is_readable) => void ask("page.health", { is_readable }).catch(because));
  const stopListening = onReading((reading) => { guide.show(reading); });
  void readReading().then((reading) => { guide.show(reading); });
  return (isForGood) => {
    stopListening();
    stopHealth();
    guide.stop();
    listener.stop(isForGood);
  };
}

function because(error: unknown): void {
  console.debug("Passerelle: its background did not answer.", error);
}
