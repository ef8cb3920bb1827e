// Answers to the badges' messages: what a badge shows, following, looking at an account.
import { accountKey } from "../rules/accounts";
import { isChecked } from "../rules/hints";
import { EngineError } from "../engine/client";
import { makeProfileView } from "../i18n/account-text";
import { errorSentence, type Translate } from "../i18n/i18n";
import type { Commands, FollowedOne, LookView, MatchView } from "../messages/messages.gen";
import type { ContentMessageType, Fields, Result } from "../messages/schemas";
import type { BadgeMark, BadgeTarget, BadgeView, Network } from "../messages/views";
import type { Account } from "../sessions";
import { BadgePeople, type Found, type PeopleParts, type Target } from "./badge-people";
import { makeBadgeView, type OwnName, type SignedIn } from "./badge-view";
import type { ContentHandlers } from "./router";
import type { Locale } from "./speech";

/** What answering needs from outside; tests hand in their own. */
export interface BadgeParts extends PeopleParts {
  matches: () => Promise<MatchView[]>;
  /** The account that follows on a network. */
  account: (network: Network) => Promise<Account | null>;
  locale: () => Promise<Locale>;
  /** On which network the person follows people who are on several; null: on each. */
  preferred: () => Promise<Network | null>;
  follow: (fields: Commands["follow.one"]["fields"]) => Promise<FollowedOne>;
  undo: (fields: Commands["follow.undo"]["fields"]) => Promise<unknown>;
  look: (fields: Commands["account.look"]["fields"]) => Promise<LookView>;
  openSignIn: () => Promise<unknown>;
  /** Open the extension's own page where follows can be undone. */
  openHistory: () => Promise<unknown>;
  /** Open the page that follows this Mastodon account from the person's own server. */
  openFromServer: (acct: string) => Promise<unknown>;
  /** Ask in a window of the extension whether to follow. */
  openConfirmation: (target: BadgeTarget) => Promise<void>;
  publish: () => Promise<void>;
  now: () => Date;
}

export type BadgeMessage = Extract<ContentMessageType, `badge.${string}` | "session.open">;

/** Make the handlers of the badges' messages. */
export function makeBadgeHandlers(parts: BadgeParts): ContentHandlers<BadgeMessage> {
  const people = new BadgePeople(parts);
  return {
    "badge.index": async () => {
      await parts.publish();
      return {};
    },
    "badge.rows": async (fields) => {
      const found = await Promise.all(fields.people.map((person) => people.find(person)));
      return { views: await viewsOf(found, people, parts) };
    },
    "badge.marks": async (fields) => {
      const found = await Promise.all(fields.people.map((person) => people.find(person)));
      return { marks: (await viewsOf(found, people, parts)).map((view) => view && markOf(view)) };
    },
    "badge.follow": async (fields) => follow(fields, await people.target(fields), parts),
    "badge.undo": async (fields) => undo(fields, await people.target(fields), parts),
    "badge.confirm": async (fields) => {
      const target = await people.target(fields);
      if (target) await parts.openConfirmation(fields);
      const { translate } = await parts.locale();
      return { error_text: target ? "" : goneText(fields.row_id, translate) };
    },
    "badge.from-server": async (fields) => {
      const target = await people.target(fields, "fediverse");
      if (target) await parts.openFromServer(target.account.address);
      const { translate } = await parts.locale();
      return { error_text: target ? "" : goneText(fields.row_id, translate) };
    },
    "badge.look": async (fields) => look(fields, await people.target(fields, fields.network), parts),
    "session.open": async () => {
      await parts.openSignIn();
      return {};
    },
  };
}

/**
 * Return the handlers for a browser that cannot tell whether a card is visible: a page's own click never follows, the window
 * of the extension asks first. Firefox has no IntersectionObserver v2: https://caniuse.com/intersectionobserver-v2
 */
export function onlyConfirmed(
  handlers: ContentHandlers<BadgeMessage>,
  { locale }: Pick<BadgeParts, "locale">,
): ContentHandlers<BadgeMessage> {
  return {
    ...handlers,
    "badge.follow": async (fields) => {
      const { error_text } = await handlers["badge.confirm"](fields);
      const { translate } = await locale();
      return { state: "failed", error_text: error_text || translate("badge.confirm") };
    },
  };
}

async function viewsOf(
  found: readonly (Found | null)[],
  people: BadgePeople,
  parts: BadgeParts,
): Promise<(BadgeView | null)[]> {
  if (found.every((one) => one === null)) return found.map(() => null);
  const [matches, user, locale] = await Promise.all([parts.matches(), signedInOf(parts), parts.locale()]);
  return Promise.all(
    found.map(async (one) => {
      if (!one) return null;
      const own = await people.own(one, matches, user);
      return makeBadgeView(one.person, one.known, own, locale, parts.now());
    }),
  );
}

// Sentences of a card are 2 kB and read only where it is opened.
function markOf({ label, grade, accounts }: BadgeView): BadgeMark {
  return { label, grade, accounts: accounts.map(({ network, state }) => ({ network, state })) };
}

const NETWORKS: readonly Network[] = ["bluesky", "fediverse"];

async function signedInOf({ account, preferred }: BadgeParts): Promise<SignedIn> {
  const accounts = await Promise.all(NETWORKS.map(account));
  const usable = accounts.flatMap((one): [Network, OwnName][] =>
    one && !one.expired ? [[one.network, one]] : [],
  );
  return { signedIn: new Map(usable), preferred: await preferred() };
}

async function follow(
  { row_id, address, screen_name }: Fields<"badge.follow">,
  target: Target | null,
  parts: BadgeParts,
): Promise<Result<"badge.follow">> {
  const { translate } = await parts.locale();
  const failed = (error_text: string) => ({ state: "failed" as const, error_text });
  if (!target) return failed(goneText(row_id, translate));
  const { account: wanted, rest_id } = target;
  if (!wanted.listed && !(wanted.hint && isChecked(wanted.hint)))
    return failed(translate("badge.not_checked"));
  const account = await parts.account(wanted.network);
  if (account === null || account.expired) return failed(errorSentence(translate, { code: "not_signed_in" }));
  try {
    const { state, error } = await parts.follow({
      account: account.id,
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

// The engine undoes only what Passerelle has followed with this account, and takes up what waits by itself.
async function undo(
  { row_id, is_seen }: Fields<"badge.undo">,
  target: Target | null,
  parts: BadgeParts,
): Promise<Result<"badge.undo">> {
  const { translate } = await parts.locale();
  if (!target) return { error_text: goneText(row_id, translate) };
  if (!is_seen) {
    await parts.openHistory();
    return { error_text: "" };
  }
  const account = await parts.account(target.account.network);
  if (account === null || account.expired)
    return { error_text: errorSentence(translate, { code: "not_signed_in" }) };
  try {
    await parts.undo({ account: account.id, names: [accountKey(target.account)] });
    return { error_text: "" };
  } catch (error) {
    return { error_text: sentenceOf(error, translate) };
  }
}

async function look(
  { row_id, address, screen_name, network }: Fields<"badge.look">,
  target: Target | null,
  parts: BadgeParts,
): Promise<Result<"badge.look">> {
  const { translate } = await parts.locale();
  if (!target) return { profile: null, error_text: goneText(row_id, translate) };
  try {
    const view = await parts.look({ rest_id: target.rest_id, screen_name, row_id, network, address });
    return { profile: makeProfileView(view, translate), error_text: "" };
  } catch (error) {
    const isMissing = error instanceof EngineError && error.code === "account_not_found";
    const error_text = isMissing ? translate("account.not_there") : sentenceOf(error, translate);
    return { profile: null, error_text };
  }
}

function goneText(row_id: string | null, translate: Translate): string {
  return translate(row_id === null ? "badge.hint_gone" : "badge.gone");
}

// An error that the engine did not raise is a bug of ours, and no answer to the page.
function sentenceOf(error: unknown, translate: Translate): string {
  if (error instanceof EngineError)
    return errorSentence(translate, { code: error.code, params: { ...error.params } });
  throw error;
}
