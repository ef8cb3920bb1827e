// On x.com, in the isolated world: badges, decided from the local index, and the people in X's own answers. Makes no request.
import { browser } from "wxt/browser";
import { defineContentScript } from "wxt/utils/define-content-script";
import { BADGES } from "../../lib/badge-switch";
import { ask, type Send, sendAlone } from "../../lib/messages/content";
import { LEARNED, readLearned } from "../../lib/messages/name-ids";
import { openPort } from "../../lib/messages/port";
import { onReading, readReading } from "../../lib/messages/reading";
import { BADGE_HINTS, BADGE_INDEX } from "../../lib/rules/keys";
import type { SeenUser } from "../../lib/rules/profile";
import { AnswerListener } from "../../lib/x/answers/listen";
import { BadgeKeys } from "../../lib/x/badge-keys";
import { makeServices } from "../../lib/x/badge-services";
import { PageWatch } from "../../lib/x/badge/watch";
import { Identities } from "../../lib/x/identities";
import { watchHealth } from "../../lib/x/pages/health";
import { ownerOf, ReadingController } from "../../lib/x/reading/controller";

type Changes = Record<string, { newValue?: unknown }>;

export default defineContentScript({
  // Registered when badges are switched on (lib/badge-switch.ts), so that nothing asks for x.com at install.
  registration: "runtime",
  async main(context) {
    const badges = new Badges(() => context.isValid);
    const stopReading = startReading((people) => {
      badges.expect(people);
    });
    const changed = (changes: Changes, area: string) => {
      if (area !== "local") return;
      badges.change(changes);
      if (changes[BADGES] && changes[BADGES].newValue !== true) stopReading(true);
    };
    browser.storage.onChanged.addListener(changed);
    context.onInvalidated(() => {
      badges.stop();
      stopReading(false);
    });
    await badges.start(await browser.storage.local.get([BADGE_INDEX, BADGE_HINTS, LEARNED]));
    await ask("badge.index", {});
  },
});

/** The badges of this page: there while there is an index. */
class Badges {
  readonly #keys = new BadgeKeys();
  readonly #identities = new Identities();
  readonly #send: Send = import.meta.env.FIREFOX ? sendAlone : overPort();
  #watch: PageWatch | null = null;

  constructor(private readonly isAlive: () => boolean) {}

  /** Begin with what lies in `storage.local`. */
  async start(stored: Readonly<Record<string, unknown>>): Promise<void> {
    this.#identities.learn(readLearned(stored[LEARNED]));
    this.#keys.useHints(stored[BADGE_HINTS]);
    await this.#useDirectory(stored[BADGE_INDEX]);
  }

  /** Use what has changed in `storage.local`: the background replaces the indexes when directory or hints change. */
  change(changes: Changes): void {
    if (changes[BADGE_INDEX]) void this.#useDirectory(changes[BADGE_INDEX].newValue);
    // A badge whose account turned out to be gone stays until the page changes: its popover says so, and is being read.
    if (changes[BADGE_HINTS] && this.#keys.useHints(changes[BADGE_HINTS].newValue)) this.#update();
    if (changes[LEARNED] && this.#identities.learn(readLearned(changes[LEARNED].newValue)))
      this.#watch?.refresh();
  }

  /** Prepare for people who are about to appear in the page. */
  expect(people: readonly SeenUser[]): void {
    this.#identities.add(people);
    this.#watch?.expect(
      people.map(({ screen_name, rest_id }) => ({ screenName: screen_name, restId: rest_id })),
    );
  }

  stop(): void {
    this.#watch?.stop();
    this.#watch = null;
  }

  async #useDirectory(stored: unknown): Promise<void> {
    if (await this.#keys.useDirectory(stored)) this.#update();
  }

  #update(): void {
    if (!this.#keys.areThere) this.stop();
    else if (this.#watch) this.#watch.refresh();
    else this.#watch = this.#start();
  }

  #start(): PageWatch {
    const { identify } = this.#identities;
    return new PageWatch(document, {
      identify,
      find: (person) => this.#keys.find(identify(person)),
      askMarks: async (people) => (await ask("badge.marks", { people: [...people] }, this.#send)).marks,
      askRow: async (person) => (await ask("badge.rows", { people: [person] }, this.#send)).views[0] ?? null,
      ...makeServices(identify),
      isAlive: this.isAlive,
    });
  }
}

// A person who scrolls has rows asked for many times a second. Not in Firefox, whose background sleeps after 30 s of nothing
// but messages on open ports: only events that have a listener keep it awake (Bugzilla 1851373).
function overPort(): Send {
  const port = openPort(() => browser.runtime.connect(), sendAlone);
  addEventListener("pagehide", () => {
    port.close();
  }); // a port of a page that is kept for the way back is cut without notice
  return port.send;
}

// X's answers are read with or without a directory here: a person may begin with their list on X. Returns the function that
// ends it, for good when badges are switched off; else a newer version of this script goes on in the same tab.
function startReading(named: (people: readonly SeenUser[]) => void): (isForGood: boolean) => void {
  const listener = new AnswerListener(document, {
    owner: () => ownerOf(document),
    named,
    tell: (seen) => ask("people.seen", seen),
    posted: (post) => void ask("post.seen", { ...post, codes: [...post.codes] }).catch(logSilence),
    soon: (work) => {
      requestIdleCallback(work, { timeout: 1_000 });
    },
  });
  const controller = new ReadingController(document, {
    view: async (screen_name, is_list) => (await ask("reading.view", { screen_name, is_list })).view,
    end: (is_complete) => void ask("reading.end", { is_complete }).catch(logSilence),
    add: (people, listed) => {
      listener.add(people, listed);
    },
  });
  const stopHealth = watchHealth(
    document,
    (is_readable) => void ask("page.health", { is_readable }).catch(logSilence),
  );
  const stopListening = onReading((reading) => {
    controller.show(reading);
  });
  void readReading().then((reading) => {
    controller.show(reading);
  });
  return (isForGood) => {
    stopListening();
    stopHealth();
    controller.stop();
    listener.stop(isForGood);
  };
}

function logSilence(error: unknown): void {
  console.debug("Passerelle: its background did not answer.", error);
}
