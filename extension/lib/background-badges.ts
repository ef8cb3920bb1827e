// The background's part in badges: answers content scripts from what is stored, publishes the index, hands on follows.
import { browser } from "wxt/browser";
import { BADGE_INDEX, makeBadgeIndex, type NamedPerson } from "./badge-index";
import { BADGES, badgesState, restoreBadges } from "./badges";
import { makeBadgeView, type Own, type Queued, type Speech } from "./badge-view";
import { openChannel } from "./channel";
import { type Directory, type DirectoryFiles, type DirectoryRow, openDirectory } from "./directory";
import { type Engine, EngineError, makeEngine } from "./engine";
import { errorSentence, makeTranslate, pickLocale } from "./i18n";
import type { ErrorView, FollowedOne, MatchView } from "./messages.gen";
import { type Fields, type PageMessageType, parsePageMessage, type Result } from "./page-messages";
import { type Account, sessions } from "./sessions";
import { remember } from "./remembered";
import { language, onLanguage } from "./settings";
import { openDatabase, read, readMatches, readState, settled } from "./storage";

/** What answering needs from outside; tests hand in their own. */
export interface BadgeParts {
  /** The version of the directory that is here, or null. */
  version: () => Promise<number | null>;
  files: () => Promise<DirectoryFiles>;
  matches: () => Promise<MatchView[]>;
  queued: (key: string) => Promise<Queued | null>;
  account: () => Promise<Account | null>;
  speech: () => Promise<Speech>;
  follow: (fields: { account: string; row_id: string; screen_name: string; rest_id: string | null }) => Promise<FollowedOne>;
  openSignIn: () => Promise<void>;
  publish: () => Promise<void>;
  now: () => Date;
}

/** Answers to messages of content scripts, by type. */
export type Handlers<T extends PageMessageType = PageMessageType> = { [M in T]: (fields: Fields<M>) => Promise<Result<M>> };
type BadgeMessage = Extract<PageMessageType, `badge.${string}` | "session.open">;

/** Make the handler of each message that a content script may send. */
export function makeBadgeHandlers(parts: BadgeParts): Handlers<BadgeMessage> {
  let opened: { version: number; directory: Promise<Directory> } | null = null;

  async function directory(): Promise<Directory | null> {
    const version = await parts.version();
    if (version === null) return null;
    if (opened?.version !== version) opened = { version, directory: parts.files().then(openDirectory) };
    return opened.directory;
  }

  async function ownOf(row: DirectoryRow, matches: readonly MatchView[], isSignedIn: boolean): Promise<Own> {
    const key = row.did ?? row.handle;
    const item = key === null ? null : await parts.queued(key);
    return {
      match: matches.find(({ row_id }) => row_id === row.row_id) ?? null,
      queued: new Map(key !== null && item ? [[key, item]] : []),
      isSignedIn,
    };
  }

  async function rows({ people }: Fields<"badge.rows">): Promise<Result<"badge.rows">> {
    const found = await find(people);
    if (found.every(({ row }) => row === null)) return { views: found.map(() => null) };
    const [matches, account, speech] = await Promise.all([parts.matches(), parts.account(), parts.speech()]);
    const isSignedIn = account !== null && !account.expired;
    const views = found.map(async ({ person, row }) => {
      return row && makeBadgeView(person, row, await ownOf(row, matches, isSignedIn), speech, parts.now());
    });
    return { views: await Promise.all(views) };
  }

  async function find(people: readonly NamedPerson[]): Promise<{ person: NamedPerson; row: DirectoryRow | null }[]> {
    const known = await directory();
    return Promise.all(people.map(async (person) => ({ person, row: known ? await known.find(person) : null })));
  }

  // A page may ask for anything: the row has to be one that the directory has for this very name, and the engine takes
  // the account to follow from its own copy of that row.
  async function follow({ row_id, screen_name, rest_id }: Fields<"badge.follow">): Promise<Result<"badge.follow">> {
    const row = await (await directory())?.find({ screenName: screen_name, restId: rest_id });
    const { translate } = await parts.speech();
    const refusal = (error: Pick<ErrorView, "code" | "params">) => ({ state: "failed" as const, error_text: errorSentence(translate, error) });
    if (row?.row_id !== row_id) return { state: "failed", error_text: translate("badge.gone") };
    const account = await parts.account();
    if (account === null || account.expired) return refusal({ code: "not_signed_in", params: {} });
    try {
      const { state, error } = await parts.follow({ account: account.did, row_id, screen_name, rest_id });
      return { state, error_text: error ? errorSentence(translate, error) : "" };
    } catch (error) {
      if (error instanceof EngineError) return refusal({ code: error.code, params: { ...error.params } });
      throw error;
    }
  }

  return {
    "badge.index": async () => {
      await parts.publish();
      return {};
    },
    "badge.rows": rows,
    "badge.follow": follow,
    "session.open": async () => {
      await parts.openSignIn();
      return {};
    },
  };
}

/** Answer one message of a content script; what goes wrong is an error for the page, not a crash of the background. */
export async function answerPage(handlers: Partial<Handlers>, value: unknown): Promise<object> {
  const message = parsePageMessage(value);
  if (!message) return { error: { code: "unknown_command", message: "This is no message of a content script.", params: {} } satisfies ErrorView };
  const handler = handlers[message.type] as (fields: object) => Promise<object>;
  try {
    return { id: message.id, result: await handler(message) };
  } catch (error) {
    console.error(`${message.type} failed:`, error);
    return { id: message.id, error: { code: "bug", message: String(error), params: {} } satisfies ErrorView };
  }
}

/** Leave the index where content scripts read it, or take it away; only when it is not the one that is there. */
export async function publishIndex(parts: Pick<BadgeParts, "version" | "files">): Promise<void> {
  const version = (await badgesState()) === "on" ? await parts.version() : null;
  const stored = (await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX] as { version: number } | undefined;
  if (version === (stored?.version ?? null)) return;
  if (version === null) await browser.storage.local.remove(BADGE_INDEX);
  else await browser.storage.local.set({ [BADGE_INDEX]: makeBadgeIndex(version, await (await parts.files()).keys.arrayBuffer()) });
}

/** Make the background's part: `answer` for the table of messages, `listen` to be called at once when it starts. */
export function makeBadgesBackground(wake: Parameters<typeof makeEngine>[0]) {
  let engine: Engine | undefined; // its channel is opened by the first follow
  // Somebody who scrolls asks many times a second, and each reading takes milliseconds that a badge comes later.
  const version = remember(async () => (await readState("directory"))?.version ?? null);
  const matches = remember(readMatches);
  const queue = remember(readQueued);
  const account = remember(() => sessions.current());
  const speech = remember(readSpeech);
  const forget = () => { for (const one of [version, matches, queue, account, speech]) one.forget(); };
  const parts: BadgeParts = {
    version,
    files: readFiles,
    matches,
    queued: async (key) => ((await queue()).has(key) ? (((await read("queue", key)) as Queued | undefined) ?? null) : null),
    account,
    speech,
    follow: async (fields) => {
      const followed = await (engine ??= makeEngine(wake)).call("follow.one", fields);
      forget(); // the answer may be faster than the news of what was stored
      return followed;
    },
    openSignIn: async () => {
      await browser.tabs.create({ url: browser.runtime.getURL("/app.html#sign-in") });
    },
    publish: oneAfterAnother(() => publishIndex(parts)),
    now: () => new Date(),
  };
  const handlers = makeBadgeHandlers(parts);
  return { answer: (message: unknown) => answerPage(handlers, message), listen: () => { listen(parts.publish, forget); } };
}

// A browser that wakes the background for one of these events looks for its listener in the first turn of the event loop.
function listen(publishNow: () => Promise<void>, forget: () => void): void {
  const publish = () => {
    publishNow().catch((error: unknown) => {
      console.error("The badge index could not be published:", error);
    });
  };
  openChannel((message) => {
    if (!("event" in message) || message.event.type !== "state.changed") return;
    forget();
    if (message.event.stores.includes("directory")) publish();
  });
  sessions.onChange(forget);
  onLanguage(forget);
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === "local" && changes[BADGES]) publish();
  });
  for (const event of [browser.runtime.onInstalled, browser.runtime.onStartup]) event.addListener(() => void restoreBadges().then(publish));
  browser.permissions.onAdded.addListener(() => void restoreBadges().then(publish));
  browser.permissions.onRemoved.addListener(publish);
}

function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => (last = last.then(work, work));
}

async function readFiles(): Promise<DirectoryFiles> {
  const [rows, keys, offsets] = await Promise.all(["rows", "keys", "offsets"].map((key) => read("directory", key)));
  return { rows, keys, offsets } as DirectoryFiles;
}

// Nearly everybody on a page is in no queue: one reading tells so of all.
async function readQueued(): Promise<ReadonlySet<IDBValidKey>> {
  return new Set(await settled((await openDatabase()).transaction("queue").objectStore("queue").getAllKeys()));
}

async function readSpeech(): Promise<Speech> {
  const locale = pickLocale(await language(), navigator.languages);
  return { locale, translate: makeTranslate(locale) };
}
