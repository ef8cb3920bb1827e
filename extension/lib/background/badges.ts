// The background's part in badges: answers content scripts from what is stored, publishes the index, hands on follows.
import { browser } from "wxt/browser";
import { accountKey, type Known, type KnownAccount, knownAccounts } from "../rules/accounts";
import { BADGE_INDEX, makeBadgeIndex, type NamedPerson } from "../rules/keys";
import { BADGES, badgesState, restoreBadges } from "../x/switch";
import { makeBadgeView, type Own, type Queued, type Speech } from "./badge-view";
import { openChannel } from "../engine/channel";
import { type Directory, type DirectoryFiles, openDirectory } from "../rules/directory";
import { type Engine, EngineError, makeEngine } from "../engine/client";
import type { HintLookup } from "./hint-lookup";
import { isChecked } from "../rules/hints";
import { isContradicted } from "../rules/grade";
import { makeKnownPeople } from "./known-people";
import { errorSentence, makeTranslate, pickLocale } from "../i18n/i18n";
import type { Commands, ErrorView, FollowedOne, LookView, MatchView } from "../messages/messages.gen";
import {
  type BadgeTarget,
  type Fields,
  type Network,
  type PageMessageType,
  parsePageMessage,
  type Result,
} from "../messages/content";
import { type Account, sessions } from "../sessions";
import { makeSerializer, memoize, type Memoized } from "../async";
import { language, onLanguage } from "../settings";
import { makeProfileView } from "../i18n/account-text";
import { read, readKeys, readMatches, readState } from "../engine/stores";

/** What answering needs from outside; tests hand in their own. */
export interface BadgeParts {
  /** The version of the directory that is here, or null. */
  version: () => Promise<number | null>;
  files: () => Promise<DirectoryFiles>;
  /** What X profiles name. */
  book: () => Promise<HintLookup>;
  /** The names that the engine has for an id. */
  names: (restId: string) => Promise<readonly string[]>;
  /** The id that was last seen under an @name, or null. */
  bearer: (screenName: string) => Promise<string | null>;
  matches: () => Promise<MatchView[]>;
  queued: (key: string) => Promise<Queued | null>;
  account: () => Promise<Account | null>;
  speech: () => Promise<Speech>;
  follow: (fields: Commands["follow.one"]["fields"]) => Promise<FollowedOne>;
  look: (fields: Commands["account.look"]["fields"]) => Promise<LookView>;
  openSignIn: () => Promise<void>;
  publish: () => Promise<void>;
  now: () => Date;
}

/** Answers to messages of content scripts, by type. */
export type Handlers<T extends PageMessageType = PageMessageType> = {
  [M in T]: (fields: Fields<M>) => Promise<Result<M>>;
};
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

  async function ownOf(
    { person, row, known }: Found,
    matches: readonly MatchView[],
    isSignedIn: boolean,
  ): Promise<Own> {
    const keys = knownAccounts(known)
      .filter(({ network }) => network === "bluesky")
      .map(accountKey);
    const items = await Promise.all(keys.map(async (key) => [key, await parts.queued(key)] as const));
    const isOf = ({ row_id, rest_id }: MatchView) =>
      row ? row_id === row.row_id : rest_id === known.profile?.rest_id;
    return {
      match: matches.find(isOf) ?? null,
      queued: new Map(items.filter((item): item is [string, Queued] => item[1] !== null)),
      isSignedIn,
      aliases: row && isContradicted(row, { ...person, aliases: [] }) ? await aliasesOf(person) : [],
    };
  }

  async function aliasesOf({ restId }: NamedPerson): Promise<readonly string[]> {
    return restId === null ? [] : parts.names(restId);
  }

  async function rows({ people }: Fields<"badge.rows">): Promise<Result<"badge.rows">> {
    const found = await Promise.all(people.map(find));
    if (found.every((one) => one === null)) return { views: found.map(() => null) };
    const [matches, account, speech] = await Promise.all([parts.matches(), parts.account(), parts.speech()]);
    const isSignedIn = account !== null && !account.expired;
    const views = found.map(async (one) => {
      return (
        one &&
        makeBadgeView(one.person, one.known, await ownOf(one, matches, isSignedIn), speech, parts.now())
      );
    });
    return { views: await Promise.all(views) };
  }

  async function find(person: NamedPerson): Promise<Found | null> {
    const [known, book] = await Promise.all([directory(), parts.book()]);
    const row = (await known?.find(person)) ?? null;
    // Where the page shows a name only, the row's id decides whose profile it is, else who bears the name now: names change hands.
    const restId = person.restId ?? row?.rest_id ?? null;
    const named = book.find({ ...person, restId });
    const bearer = named && restId === null ? await parts.bearer(person.screenName) : null;
    const profile = bearer === null || bearer === named?.rest_id ? named : null;
    return row || profile ? { person, row, known: { row, profile } } : null;
  }

  // A page may ask for anything: the account has to be one that the directory or the engine's hints have for this very
  // person, and the engine takes it from its own copy of them.
  async function target(
    { row_id, address, screen_name, rest_id }: BadgeTarget,
    network: Network,
  ): Promise<Target | null> {
    const found = await find({ screenName: screen_name, restId: rest_id });
    if (!found || (row_id !== null && row_id !== found.row?.row_id)) return null;
    const isIt = (account: KnownAccount) =>
      account.network === network && account.address === address && account.listed === (row_id !== null);
    const account = knownAccounts(found.known).find(isIt);
    // Of whom a page shows the name only: the engine keeps hints by id.
    return account
      ? { account, rest_id: row_id === null ? (found.known.profile?.rest_id ?? rest_id) : rest_id }
      : null;
  }

  async function follow(fields: Fields<"badge.follow">): Promise<Result<"badge.follow">> {
    const { row_id, address, screen_name } = fields;
    const { translate } = await parts.speech();
    const failed = (error_text: string) => ({ state: "failed" as const, error_text });
    const found = await target(fields, "bluesky");
    if (!found) return failed(translate(row_id === null ? "badge.hint_gone" : "badge.gone"));
    const { account: wanted, rest_id } = found;
    if (!wanted.listed && !(wanted.hint && isChecked(wanted.hint)))
      return failed(translate("badge.not_checked"));
    const account = await parts.account();
    if (account === null || account.expired)
      return failed(errorSentence(translate, { code: "not_signed_in" }));
    try {
      const { state, error } = await parts.follow({
        account: account.did,
        row_id,
        screen_name,
        rest_id,
        address: row_id === null ? address : null,
      });
      return { state, error_text: error ? errorSentence(translate, error) : "" };
    } catch (error) {
      return failed(sentenceOf(error, translate));
    }
  }

  async function look({ network, ...fields }: Fields<"badge.look">): Promise<Result<"badge.look">> {
    const { row_id, address, screen_name } = fields;
    const { translate } = await parts.speech();
    const found = await target(fields, network);
    if (!found)
      return { profile: null, error_text: translate(row_id === null ? "badge.hint_gone" : "badge.gone") };
    try {
      const view = await parts.look({ rest_id: found.rest_id, screen_name, row_id, network, address });
      return { profile: makeProfileView(view, translate), error_text: "" };
    } catch (error) {
      return {
        profile: null,
        error_text: isMissing(error) ? translate("account.not_there") : sentenceOf(error, translate),
      };
    }
  }

  return {
    "badge.index": async () => {
      await parts.publish();
      return {};
    },
    "badge.rows": rows,
    "badge.follow": follow,
    "badge.look": look,
    "session.open": async () => {
      await parts.openSignIn();
      return {};
    },
  };
}

/** Somebody of whom something is known. */
interface Found {
  readonly person: NamedPerson;
  readonly row: Known["row"];
  readonly known: Known;
}

/** An account that a badge may have followed or looked at, and the id of the person it is of, where that is known. */
interface Target {
  readonly account: KnownAccount;
  readonly rest_id: string | null;
}

function isMissing(error: unknown): boolean {
  return error instanceof EngineError && error.code === "account_not_found";
}

// What the engine did not raise is a mistake of ours, and no answer to the page.
function sentenceOf(error: unknown, translate: Speech["translate"]): string {
  if (error instanceof EngineError)
    return errorSentence(translate, { code: error.code, params: { ...error.params } });
  throw error;
}

/** Answer one message of a content script; what goes wrong is an error for the page, not a crash of the background. */
export async function answerPage(handlers: Partial<Handlers>, value: unknown): Promise<object> {
  const message = parsePageMessage(value);
  if (!message)
    return {
      error: {
        code: "unknown_command",
        message: "This is no message of a content script.",
        params: {},
      } satisfies ErrorView,
    };
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
  const stored = (await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX] as
    { version: number } | undefined;
  if (version === (stored?.version ?? null)) return;
  if (version === null) await browser.storage.local.remove(BADGE_INDEX);
  else
    await browser.storage.local.set({
      [BADGE_INDEX]: makeBadgeIndex(version, await (await parts.files()).keys.arrayBuffer()),
    });
}

/** Make the background's part: `answer` for the table of messages, `listen` to be called at once when it starts. */
export function makeBadgesBackground(
  wake: Parameters<typeof makeEngine>[0],
  { book, bearer }: { book: Memoized<HintLookup>; bearer: BadgeParts["bearer"] },
) {
  let engine: Engine | undefined; // its channel is opened by the first follow
  // Somebody who scrolls asks many times a second, and each reading takes milliseconds that a badge comes later.
  const version = memoize(async () => (await readState("directory"))?.version ?? null);
  const matches = memoize(readMatches);
  const queue = memoize(() => readKeys("queue")); /* nearly nobody on a page is in it */
  const account = memoize(() => sessions.current());
  const speech = memoize(readSpeech);
  const people = makeKnownPeople();
  const forget = () => {
    for (const one of [version, matches, queue, account, speech, people]) one.forget();
  };
  const inOrder = makeSerializer();
  const parts: BadgeParts = {
    version,
    files: readFiles,
    book,
    names: people.namesOf,
    bearer,
    matches,
    queued: async (key) =>
      (await queue()).has(key) ? (((await read("queue", key)) as Queued | undefined) ?? null) : null,
    account,
    speech,
    follow: async (fields) => {
      const followed = await (engine ??= makeEngine(wake)).call("follow.one", fields);
      forget(); // the answer may be faster than the news of what was stored
      return followed;
    },
    look: async (fields) => {
      // What came of it is stored even where it is an error: that there is no such account.
      return (engine ??= makeEngine(wake)).call("account.look", fields).finally(() => {
        forget();
        book.forget();
      });
    },
    openSignIn: async () => {
      await browser.tabs.create({ url: browser.runtime.getURL("/app.html#sign-in") });
    },
    publish: () => inOrder(() => publishIndex(parts)),
    now: () => new Date(),
  };
  const handlers = makeBadgeHandlers(parts);
  return {
    answer: (message: unknown) => answerPage(handlers, message),
    listen: () => {
      listen(parts.publish, forget);
    },
  };
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

async function readSpeech(): Promise<Speech> {
  const locale = pickLocale(await language(), navigator.languages);
  return { locale, translate: makeTranslate(locale) };
}
