// What content scripts and the background say to each other: one table, one client, one door. DESIGN, section 6.
import { browser } from "wxt/browser";
import type { NamedPerson } from "../rules/keys";
import type { AccountView, ErrorView, MatchView } from "./messages.gen";
import { KINDS, type ListKind } from "../x/answers/lists";
import { type SeenUser, toSeenUser } from "../x/answers/users";

export type Network = AccountView["network"];
export type FollowState = AccountView["state"];
export type Grade = MatchView["grade"];

/** What a press on an account's button does: check it, follow it, sign in first, or nothing more ("" where it is done or under way). */
export type BadgeAction = "check" | "follow" | "sign_in" | "";

/** Why an account is shown: the directory has it; or their profile on X names it, and this came of checking that. */
export type Standing = "listed" | "unchecked" | "found" | "linked";

/** One account elsewhere, in sentences. Links to its profile are https. */
export interface BadgeAccountView {
  readonly network: Network;
  readonly network_name: string;
  readonly address: string;
  readonly url: string | null;
  readonly open_label: string;
  readonly standing: Standing;
  readonly standing_text: string;
  /** The button that loads the profile, and who is asked by it. */
  readonly look_text: string;
  readonly look_label: string;
  readonly look_asks: string;
  readonly action: BadgeAction;
  readonly action_text: string;
  readonly action_label: string;
  /** What to ask before following; names the person and the account. */
  readonly question: string;
  readonly state: FollowState;
  readonly state_text: string;
  readonly error_text: string;
}

/** An account as it shows itself, in sentences; `picture` is a data: URL. */
export interface ProfileView {
  readonly picture: string | null;
  readonly name: string;
  readonly description: string;
  readonly notes: readonly string[];
}

/** What came of looking at an account: `error_text` is "" where there is a profile. */
export interface Looked {
  readonly profile: ProfileView | null;
  readonly error_text: string;
}

/** All that a badge and its popover say about one person, made by the background in the person's language. */
export interface BadgeView {
  /** The directory's row; null where only their profile on X names accounts. */
  readonly row_id: string | null;
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly grade: Grade;
  readonly label: string;
  /** Somebody's name as the directory or the archive has it, never as the page has it. */
  readonly name: string;
  readonly grade_why: string;
  readonly accounts: readonly BadgeAccountView[];
  readonly notes: readonly string[];
  readonly sources: readonly { readonly text: string; readonly url: string | null }[];
  readonly words: BadgeWords;
}

/** The popover's own words. */
export interface BadgeWords {
  readonly open: string;
  readonly sources: string;
  readonly see: string;
  readonly yes: string;
  readonly cancel: string;
  readonly close: string;
  readonly asking: string;
  /** When the background did not answer in time, and when it answered that something is broken. */
  readonly no_answer: string;
  readonly broken: string;
}

/** What the people of one message are to the owner of a list on x.com. */
export interface SeenList {
  readonly kind: ListKind;
  /** Whose list: the @name that is signed in, as the page shows it. */
  readonly screen_name: string;
  readonly total: number | null;
  readonly is_last: boolean;
}

/** What the bar on x.com says while a list is being read. */
export interface ReadingView {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  readonly progress: string;
  readonly hint: string;
  /** The way to the list, when this page is not it. */
  readonly link: string | null;
  /** The person says that this is the end; null when X has said so. */
  readonly end: string | null;
  readonly close: string;
  readonly read: number;
  readonly total: number | null;
}

/** Which account of which person: one that the row `row_id` has, or (null) one that their profile on X names. */
export interface BadgeTarget {
  readonly row_id: string | null;
  readonly address: string;
  readonly screen_name: string;
  readonly rest_id: string | null;
}

/** type -> fields and result. Everything in `fields` is a stranger's until `parsePageMessage` has seen it. */
export interface PageMessages {
  /** See to it that the index in `storage.local` is that of the directory which is here now. */
  "badge.index": { fields: object; result: object };
  "badge.rows": {
    fields: { people: readonly NamedPerson[] };
    result: { views: readonly (BadgeView | null)[] };
  };
  "badge.follow": { fields: BadgeTarget; result: { state: FollowState; error_text: string } };
  /** Load the profile of an account, and thereby check one that only a profile on X names. */
  "badge.look": { fields: BadgeTarget & { network: Network }; result: Looked };
  "session.open": { fields: object; result: object };
  /** Whom X's page named, and in which list of its owner they stand, if in one. */
  "people.seen": { fields: { people: readonly SeenUser[]; listed: SeenList | null }; result: object };
  "reading.view": {
    fields: { screen_name: string | null; is_list: boolean };
    result: { view: ReadingView | null };
  };
  /** The person pressed a button of the bar: that this is the end of the list, or that it be stopped. */
  "reading.end": { fields: { is_complete: boolean }; result: object };
  /** Whether anybody can be read from this page at all. */
  "page.health": { fields: { is_readable: boolean }; result: object };
}

export type PageMessageType = keyof PageMessages;
export type Fields<T extends PageMessageType> = PageMessages[T]["fields"];
export type Result<T extends PageMessageType> = PageMessages[T]["result"];
export type PageMessage = {
  [T in PageMessageType]: { readonly id: string; readonly type: T } & Fields<T>;
}[PageMessageType];
export type PageReply<T extends PageMessageType> =
  { readonly id: string; readonly result: Result<T> } | { readonly id: string; readonly error: ErrorView };

/** Why a message got no result; `view` has a sentence in every catalogue. */
export class PageMessageError extends Error {
  constructor(readonly view: ErrorView) {
    super(view.message);
    this.name = "PageMessageError";
  }
}

// A sleeping background wakes in well under a second; a follow may have to start Python and ask a slow server.
const DEADLINES: Record<PageMessageType, number> = {
  "badge.index": 60_000,
  "badge.rows": 15_000,
  "badge.follow": 90_000,
  "badge.look": 90_000,
  "session.open": 15_000,
  "people.seen": 15_000,
  "reading.view": 15_000,
  "reading.end": 15_000,
  "page.health": 15_000,
};

/** How a message goes to the background and its answer comes back. */
export type Send = (message: { readonly id: string }) => Promise<unknown>;

/** Ask the background. Throws PageMessageError: what it answered, or `no_answer` when it did not in time. */
export async function ask<T extends PageMessageType>(
  type: T,
  fields: Fields<T>,
  send: Send = sendAlone,
): Promise<Result<T>> {
  const message = { id: crypto.randomUUID(), type, ...fields };
  const answer: unknown = await inTime(send(message), DEADLINES[type]);
  if (isReply<T>(answer, message.id)) {
    if ("result" in answer) return answer.result;
    throw new PageMessageError(answer.error);
  }
  throw new PageMessageError({ code: "no_answer", message: "The extension did not answer.", params: {} });
}

/** Send one message by itself. */
export const sendAlone: Send = (message) => browser.runtime.sendMessage(message);

/** How many people one message may ask about, and how long its texts may be. */
export const MAX_PEOPLE = 100;
const SCREEN_NAME = /^[A-Za-z0-9_]{1,20}$/;
const REST_ID = /^[1-9]\d{0,19}$/;
// As core/passerelle/directory/index.py holds: 1 to 64 printable ASCII characters.
const ROW_ID = /^[\x20-\x7e]{1,64}$/;
// A handle, a did or an acct: the longest is an acct, 64 + 1 + 253 characters, all of them ASCII.
const ADDRESS = /^[\x21-\x7e]{3,318}$/;
const NETWORKS: readonly Network[] = ["bluesky", "fediverse"];
const MESSAGE_ID = /^[0-9a-f-]{36}$/;

const PARSERS: { [T in PageMessageType]: (fields: Readonly<Record<string, unknown>>) => Fields<T> | null } = {
  "badge.index": () => ({}),
  "badge.rows": ({ people }) =>
    Array.isArray(people) && people.length <= MAX_PEOPLE && people.every(isNamedPerson)
      ? { people: people.map(copyOf) }
      : null,
  "badge.follow": parseTarget,
  "badge.look": (fields) => {
    const target = parseTarget(fields);
    const network = NETWORKS.find((known) => known === fields.network);
    return target && network ? { ...target, network } : null;
  },
  "session.open": () => ({}),
  "people.seen": ({ people, listed }) => {
    if (!Array.isArray(people) || people.length > MAX_PEOPLE) return null;
    const list = listed === null ? null : parseList(listed);
    return list === undefined
      ? null
      : { people: people.map(toSeenUser).filter((user) => user !== null), listed: list };
  },
  "reading.view": ({ screen_name, is_list }) =>
    (screen_name === null || isText(screen_name, SCREEN_NAME)) && typeof is_list === "boolean"
      ? { screen_name, is_list }
      : null,
  "reading.end": ({ is_complete }) => (typeof is_complete === "boolean" ? { is_complete } : null),
  "page.health": ({ is_readable }) => (typeof is_readable === "boolean" ? { is_readable } : null),
};

function parseTarget({
  row_id,
  address,
  screen_name,
  rest_id,
}: Readonly<Record<string, unknown>>): BadgeTarget | null {
  const isRow = row_id === null || isText(row_id, ROW_ID);
  return isRow && isText(address, ADDRESS) && isText(screen_name, SCREEN_NAME) && isRestId(rest_id)
    ? { row_id, address, screen_name, rest_id }
    : null;
}

// Undefined when it is wrong in any way.
function parseList(value: unknown): SeenList | undefined {
  if (!isRecord(value)) return undefined;
  const { screen_name, total, is_last } = value;
  const kind = KINDS.find((known) => known === value.kind);
  if (!kind || !isText(screen_name, SCREEN_NAME) || !isTotal(total) || typeof is_last !== "boolean")
    return undefined;
  return { kind, screen_name, total, is_last };
}

function isTotal(value: unknown): value is number | null {
  return value === null || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);
}

/** Parse what came in by `runtime.onMessage`; null when it is not of this table, or wrong in any way. */
export function parsePageMessage(value: unknown): PageMessage | null {
  if (!isRecord(value) || !isText(value.id, MESSAGE_ID) || !isPageMessageType(value.type)) return null;
  const fields = PARSERS[value.type](value);
  return fields && ({ id: value.id, type: value.type, ...fields } as PageMessage);
}

/** Say whether a message is for this table at all, so that others' messages are left to them. */
export function isPageMessageType(type: unknown): type is PageMessageType {
  return typeof type === "string" && Object.hasOwn(PARSERS, type);
}

function isNamedPerson(value: unknown): value is NamedPerson {
  return isRecord(value) && isText(value.screenName, SCREEN_NAME) && isRestId(value.restId);
}

function isRestId(value: unknown): value is string | null {
  return value === null || isText(value, REST_ID);
}

function copyOf({ screenName, restId }: NamedPerson): NamedPerson {
  return { screenName, restId };
}

function isReply<T extends PageMessageType>(value: unknown, id: string): value is PageReply<T> {
  return isRecord(value) && value.id === id && (isRecord(value.result) || isRecord(value.error));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

// A page sends many messages a second: no timer outlives its answer.
async function inTime(answer: Promise<unknown>, milliseconds: number): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
