// On x.com, in the isolated world: badges, decided from the local index. Makes no request and starts no Python.
import { browser } from "wxt/browser";
import { defineContentScript } from "wxt/utils/define-content-script";
import { type Watch, watchPage, type WatchParts } from "../../lib/badge/watch";
import { BADGE_INDEX, mayKnow, readBadgeIndex } from "../../lib/badge-index";
import { ask, PageMessageError } from "../../lib/page-messages";

export default defineContentScript({
  // Registered when badges are switched on (lib/badges.ts), so that nothing asks for x.com at install.
  registration: "runtime",
  async main(context) {
    let watch: Watch | null = null;
    let keys: Uint32Array = new Uint32Array();

    const parts: WatchParts = {
      mayKnow: (person) => mayKnow(keys, person),
      askRows: async (people) => (await ask("badge.rows", { people })).views,
      follow: async ({ screenName, restId }, { row_id, words }) => {
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
      const change = area === "local" ? changes[BADGE_INDEX] : undefined;
      if (change) useIndex(change.newValue);
    };
    browser.storage.onChanged.addListener(changed);
    context.onInvalidated(() => { watch?.stop(); });
    useIndex((await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX]);
    await ask("badge.index", {});
  },
});
