// The background's part of reading X's pages: keeps whom they named, leads the reading of one's own lists, tells the engine.
//
// Everything in these messages is a stranger's claim. It is kept beside the engine's data; Python wakes only for a list
// that the person asked to read, or for people whom the archive knows by number only.
import { browser } from "wxt/browser";
import { keysFromBytes } from "../rules/keys";
import { makeSerializer } from "../async";
import { answerPage, type Handlers } from "./badges";
import type { Speech } from "./badge-view";
import { BADGES, badgesState, restoreBadges } from "../x/switch";
import { writeHealth } from "./health";
import { openChannel } from "../engine/channel";
import { type Engine, makeEngine } from "../engine/client";
import { directionOf, errorSentence, languageOf, makeTranslate, pickLocale } from "../i18n/i18n";
import { failureOf } from "../engine/failures";
import type { HintLookup } from "./hint-lookup";
import { type KnownName, readKnown } from "./known-people";
import type { Commands } from "../messages/messages.gen";
import type { Fields, PageMessageType, ReadingView } from "../messages/content";
import { language } from "../settings";
import { read, readState } from "../engine/stores";
import { LEARNED, learnNames, readLearned } from "../x/answers/name-ids";
import type { ListKind } from "../x/answers/lists";
import { progressOf } from "../x/reading/progress";
import { type Reading, readReading, writeReading } from "./reading";
import type { SeenRecord, SeenStore } from "./seen-store";
import type { SeenUser } from "../x/answers/users";

type Learn = Commands["people.add"]["fields"];
type SeenMessage = Extract<PageMessageType, "people.seen" | `reading.${string}` | "page.health">;

/** What this needs from outside; tests hand in their own. */
export interface SeenParts {
  store: SeenStore;
  learn: (fields: Learn) => Promise<unknown>;
  /** Everybody in the engine's graph; null for those without a name. */
  known: () => Promise<ReadonlyMap<string, KnownName | null>>;
  /** The @name of whoever's people are here, where that is known. */
  owner: () => Promise<string | null>;
  /** The directory's keys; none while there is no directory. */
  keys: () => Promise<Uint32Array>;
  /** Whether the engine has hints of an id, and what to call when it may have to look for more. */
  hints: { has: () => Promise<(restId: string) => boolean>; soon: () => Promise<void> };
  isAllowed: () => Promise<boolean>;
  openTab: (url: string) => Promise<unknown>;
  speech: () => Promise<Speech>;
  now: () => Date;
}

// The engine matches everybody again at each part of a list, so it gets a good handful at once.
const HANDFUL = 200;
const QUIET = 3_000; // ms without anything new, after which it gets what there is
const MAX_TOLD = 1_000; // people in one command

export function makeSeen(parts: SeenParts) {
  const { store } = parts;
  const inOrder = makeSerializer(); // messages and the person's wishes
  const telling = makeSerializer(); // commands to the engine, which may take long
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasNews = true; // since names were last compared with the engine's; true after a start, when nobody knows

  const handlers: Handlers<SeenMessage> = {
    "people.seen": ({ people, listed }) =>
      inOrder(async () => {
        await store.remember(people, parts.now().toISOString(), await parts.hints.has());
        await parts.hints.soon();
        hasNews ||= people.length > 0;
        await leaveNames(people);
        if (listed)
          await note(
            listed,
            people.map(({ rest_id }) => rest_id),
          );
        return {};
      }),
    "reading.view": async ({ screen_name, is_list }) => {
      const reading = await readReading();
      return { view: reading && viewOf(reading, screen_name, is_list, await parts.speech()) };
    },
    "reading.end": ({ is_complete }) =>
      inOrder(async () => {
        const reading = await readReading();
        if (reading && is_complete && !reading.isComplete) await complete({ ...reading, isComplete: true });
        else await writeReading(null);
        return {};
      }),
    "page.health": async ({ is_readable }) => {
      await writeHealth(is_readable);
      return {};
    },
  };

  // A badge needs the id where a page shows only a name that the directory does not have.
  async function leaveNames(people: readonly SeenUser[]): Promise<void> {
    const keys = await parts.keys();
    const known = readLearned((await browser.storage.local.get(LEARNED))[LEARNED]);
    const names = learnNames(known, people, keys);
    if (names) await browser.storage.local.set({ [LEARNED]: [...names] });
  }

  // A part of a list counts only while the person has that very list read.
  async function note(
    listed: NonNullable<Fields<"people.seen">["listed"]>,
    ids: readonly string[],
  ): Promise<void> {
    const reading = await readReading();
    if (
      !reading ||
      reading.isComplete ||
      reading.kind !== listed.kind ||
      !isSame(reading.screen_name ?? listed.screen_name, listed.screen_name)
    )
      return;
    const owner = await store.named(listed.screen_name);
    const count = await store.addMembers(ids.filter((id) => id !== owner?.rest_id));
    const total = listed.total ?? reading.total;
    const isComplete = listed.is_last || (total !== null && count >= total);
    const now: Reading = { ...reading, screen_name: listed.screen_name, read: count, total, isComplete };
    if (isComplete) await complete(now);
    else {
      await writeReading(now);
      await tellSoon();
    }
  }

  async function complete(reading: Reading): Promise<void> {
    await writeReading(reading);
    void telling(tellMembers);
  }

  async function tellSoon(): Promise<void> {
    clearTimeout(timer);
    if ((await store.untold(HANDFUL)).length >= HANDFUL) void telling(tellMembers);
    else timer = setTimeout(() => void telling(tellMembers), QUIET);
  }

  // Nobody is marked as told before the engine has stored them: killed at any instant, they are told again.
  async function tellMembers(): Promise<void> {
    clearTimeout(timer);
    for (;;) {
      const { kind, screen_name } = (await readReading()) ?? {};
      const people = kind && screen_name ? await store.untold(MAX_TOLD) : [];
      if (!kind || !screen_name || people.length === 0) return;
      const { rest_id = null, display_name = null } = (await store.named(screen_name)) ?? {};
      const error = await errorOf(
        parts.learn({
          people: people.map(toSeenPerson),
          listed: { kind, screen_name, rest_id, display_name },
        }),
      );
      void inOrder(() => setError(error));
      if (error) return;
      await store.markTold(people.map(({ rest_id: id }) => id));
    }
  }

  async function setError(error: Reading["error"]): Promise<void> {
    const reading = await readReading();
    if (reading && reading.error?.code !== error?.code) await writeReading({ ...reading, error });
  }

  /** Give the engine the names of people whom it knows under an older name, or under none. */
  async function tellNames(): Promise<void> {
    if (!hasNews) return;
    const known = await parts.known();
    if (known.size === 0) return;
    hasNews = false;
    const people = (await store.all()).filter((record) =>
      isNews(record, known.get(record.rest_id), parts.now().toISOString()),
    );
    for (let at = 0; at < people.length; at += MAX_TOLD) {
      const error = await errorOf(
        parts.learn({ people: people.slice(at, at + MAX_TOLD).map(toSeenPerson), listed: null }),
      );
      if (!error) continue;
      hasNews = true;
      return;
    }
  }

  async function openIfAllowed(): Promise<void> {
    const reading = await readReading();
    if (!reading || reading.isOpened || !(await parts.isAllowed())) return;
    await writeReading({ ...reading, isOpened: true });
    const owner = await parts.owner();
    await parts.openTab(owner ? `https://x.com/${owner}/${reading.kind}` : "https://x.com/home");
  }

  return {
    handlers,
    /** Begin to read a list, in a tab of its own, as soon as the browser lets us see x.com. */
    start: (kind: ListKind) =>
      inOrder(async () => {
        await telling(tellMembers);
        await store.clearMembers();
        await writeReading({
          kind,
          screen_name: null,
          read: 0,
          total: null,
          isComplete: false,
          isOpened: false,
          error: null,
        });
        await openIfAllowed();
      }),
    stop: () => inOrder(() => writeReading(null)),
    /** The browser may let us see x.com now: go on with a reading that waited for that. */
    goOn: () => inOrder(openIfAllowed),
    /** Give the engine what it has not got yet, after this background was started again. */
    resume: () => telling(tellMembers),
    /** Give the engine names; `isRenewed` says that its graph is another now. */
    nameThem: (isRenewed: boolean) => {
      hasNews ||= isRenewed;
      return telling(tellNames);
    },
    /** The directory is another now: so may those be whom it knows. */
    renew: () =>
      inOrder(async () => {
        await browser.storage.local.remove(LEARNED);
        await leaveNames(await store.all());
      }),
    clear: () =>
      inOrder(async () => {
        clearTimeout(timer);
        await writeReading(null);
        await browser.storage.local.remove(LEARNED);
        await store.clear();
      }),
  };
}

function viewOf(
  reading: Reading,
  screenName: string | null,
  isList: boolean,
  { locale, translate }: Speech,
): ReadingView {
  const { kind, read: count, total, isComplete, error } = reading;
  const hint = isComplete
    ? "reading.hint_complete"
    : isList
      ? "reading.hint"
      : screenName === null
        ? "reading.hint_signed_out"
        : "reading.hint_elsewhere";
  const isThere = isList || isComplete;
  return {
    language: locale,
    direction: directionOf(languageOf(locale)),
    title: translate("reading.title", { kind }),
    progress: isThere ? progressOf(reading, translate) : translate("reading.title", { kind }),
    hint: error ? errorSentence(translate, error) : translate(hint),
    link: isThere || screenName === null ? null : translate("reading.open"),
    end: isList && !isComplete ? translate("reading.end") : null,
    close: translate(isComplete ? "badge.close" : "reading.stop"),
    read: count,
    total,
  };
}

function toSeenPerson({ rest_id, screen_name, display_name, seen }: SeenRecord): Learn["people"][number] {
  return { rest_id, screen_name, display_name, seen };
}

// Worth telling: somebody of the graph under a name that the engine does not have, and that is newer than the one it has.
function isNews({ name, seen }: SeenRecord, known: KnownName | null | undefined, now: string): boolean {
  if (known === undefined) return false;
  if (known === null) return true;
  const isNewer = known.seen < seen || known.seen > now; // later than now: the clock was ahead
  return known.screen_name.toLowerCase() !== name && isNewer;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

async function errorOf(work: Promise<unknown>): Promise<Reading["error"]> {
  try {
    await work;
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

/** Make the background's part: `answer` for content scripts, `listen` to be called at once when it starts. */
export function makeSeenBackground(
  wake: Parameters<typeof makeEngine>[0],
  store: SeenStore,
  hints: { book: () => Promise<HintLookup>; soon: () => Promise<void> },
) {
  let engine: Engine | undefined; // its channel is opened by the first command
  const seen = makeSeen({
    store,
    hints: {
      has: async () => {
        const book = await hints.book();
        return (restId) => book.has(restId);
      },
      soon: hints.soon,
    },
    learn: (fields) => (engine ??= makeEngine(wake)).call("people.add", fields),
    known: readKnown,
    owner: async () => (await readState("archive"))?.account.screen_name ?? null,
    keys: readKeys,
    isAllowed: async () => {
      await restoreBadges(); // the tab is to be opened with our scripts in it
      return (await badgesState()) === "on";
    },
    openTab: (url) => browser.tabs.create({ url }),
    speech: readSpeech,
    now: () => new Date(),
  });
  return {
    ...seen,
    answer: (message: unknown) => answerPage(seen.handlers, message),
    listen: () => {
      listen(seen);
    },
  };
}

function listen({ resume, goOn, nameThem, renew }: ReturnType<typeof makeSeen>): void {
  openChannel((message) => {
    const stores = "event" in message && message.event.type === "state.changed" ? message.event.stores : [];
    if (stores.includes("people")) void nameThem(true);
    if (stores.includes("directory")) void renew();
  });
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === "local" && changes[BADGES]) void goOn();
  });
  browser.permissions.onAdded.addListener(() => void goOn());
  void resume();
}

let cached: { version: number; keys: Uint32Array } = { version: 0, keys: new Uint32Array() };

async function readKeys(): Promise<Uint32Array> {
  const version = (await readState("directory"))?.version ?? 0;
  if (version !== cached.version) {
    const keys = await read("directory", "keys");
    cached = {
      version,
      keys: keys instanceof Blob ? keysFromBytes(await keys.arrayBuffer()) : new Uint32Array(),
    };
  }
  return cached.keys;
}

async function readSpeech(): Promise<Speech> {
  const locale = pickLocale(await language(), navigator.languages);
  return { locale, translate: makeTranslate(locale) };
}
