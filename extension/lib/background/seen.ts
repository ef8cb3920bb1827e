// The background's part in reading X's pages: stores the people in them, counts the person's own lists, tells the engine.
//
// What these messages say is unverified. It is stored beside the engine's data; Python starts only for a list that the person
// asked to read, or for people whom the archive knows by number only.
import { browser } from "wxt/browser";
import { makeSerializer } from "../async";
import { BADGES, badgesState, restoreBadges } from "../badge-switch";
import type { WakeEngine } from "../engine/client";
import { readDirectoryFiles, readStoredDirectories, versionOf } from "../engine/stored-directories";
import { readAll, readState } from "../engine/stores";
import type { OwnWords } from "../messages/messages.gen";
import { readReading } from "../messages/reading";
import type { ContentMessageType, Fields } from "../messages/schemas";
import { openDirectories } from "../rules/directory";
import { type Keys, SortedKeys } from "../rules/keys";
import { lazyEngine, onStateChanged } from "./engine-client";
import { writeHealth } from "./health";
import type { HintLookup } from "./hint-lookup";
import { readKnown } from "./known-people";
import { ListReading, type ListReadingParts } from "./list-reading";
import { makeReadingView } from "./reading-view";
import type { ContentHandlers } from "./router";
import { SeenNames, type SeenNamesParts } from "./seen-names";
import type { SeenStore } from "./seen-store";
import { type Locale, readLocale } from "./speech";

type SeenMessage = Extract<ContentMessageType, "people.seen" | `reading.${string}` | "page.health">;

/** What this needs from outside; tests hand in their own. */
export interface SeenParts extends ListReadingParts, SeenNamesParts {
  /** Whether the engine has hints of an id, and what to call when it may have to look for more. */
  hints: { has: () => Promise<(restId: string) => boolean>; soon: () => Promise<void> };
  locale: () => Promise<Locale>;
}

/** Make the handlers of the messages about X's pages, and what the extension's own pages may ask. */
export function makeSeen(parts: SeenParts) {
  const { store } = parts;
  const inOrder = makeSerializer();
  const telling = makeSerializer();
  const list = new ListReading(parts, inOrder, telling);
  const names = new SeenNames(parts);

  async function remember({ people, listed }: Fields<"people.seen">): Promise<void> {
    await store.remember(people, parts.now().toISOString(), await parts.hints.has());
    await parts.hints.soon();
    names.hasNews ||= people.length > 0;
    await names.leave(people);
    const ids = people.map(({ rest_id }) => rest_id);
    if (listed) await list.note(listed, ids);
  }

  const handlers: ContentHandlers<SeenMessage> = {
    "people.seen": async (seen) => {
      await inOrder(() => remember(seen));
      return {};
    },
    "reading.view": async ({ screen_name: screenName, is_list: isList }) => {
      const reading = await readReading();
      return { view: reading && makeReadingView(reading, { screenName, isList }, await parts.locale()) };
    },
    "reading.end": async ({ is_complete }) => {
      await list.end(is_complete);
      return {};
    },
    "page.health": async ({ is_readable }) => {
      await writeHealth(is_readable);
      return {};
    },
  };

  return {
    handlers,
    list,
    /** Return the engine names; `isRenewed` says that its graph is another now. */
    tellNames: (isRenewed: boolean) => {
      names.hasNews ||= isRenewed;
      return telling(() => names.tell());
    },
    /** Choose the names for badges again: the directory is another now. */
    renew: () => inOrder(() => names.renew()),
    /** Delete everyone seen on X's pages, and the reading. */
    clear: () =>
      inOrder(async () => {
        await list.clear();
        await names.clear();
        await store.clear();
      }),
  };
}

/** Make the background's part; `listen` is to be called at once when it starts. */
export function makeSeenBackground(
  wake: WakeEngine,
  store: SeenStore,
  { lookup, soon }: { lookup: () => Promise<HintLookup>; soon: () => Promise<void> },
) {
  const engine = lazyEngine(wake);
  const seen = makeSeen({
    store,
    hints: {
      has: async () => {
        const hints = await lookup();
        return (restId) => hints.has(restId);
      },
      soon,
    },
    learn: (fields) => engine.call("people.add", fields),
    known: readKnown,
    words: () => readAll<OwnWords>("profiles"),
    owner: async () => (await readState("archive"))?.account.screen_name ?? null,
    keys: makeKeyReader(),
    isAllowed: async () => {
      await restoreBadges(); // the tab is to be opened with our scripts in it
      return (await badgesState()) === "on";
    },
    openTab: (url) => browser.tabs.create({ url }),
    locale: readLocale,
    now: () => new Date(),
  });
  return {
    ...seen,
    listen: () => {
      listen(seen);
    },
  };
}

function listen({ list, tellNames, renew }: ReturnType<typeof makeSeen>): void {
  onStateChanged((stores) => {
    if (stores.has("people")) void tellNames(true);
    if (stores.has("directory")) void renew();
  });
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === "local" && changes[BADGES]) void list.goOn();
  });
  browser.permissions.onAdded.addListener(() => void list.goOn());
  void list.tell(); // what it did not get before this background was ended
}

/** Return a reader of the directories' keys, which reads them again when one is of another version. */
function makeKeyReader(): () => Promise<Keys> {
  let cached: { version: string | null; keys: Keys } = {
    version: null,
    keys: new SortedKeys(new Uint32Array()),
  };
  return async () => {
    const directories = await readStoredDirectories();
    const version = versionOf(directories);
    if (version !== cached.version)
      cached = { version, keys: await openDirectories(await readDirectoryFiles(directories)) };
    return cached.keys;
  };
}
