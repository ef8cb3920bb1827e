// What a badge and its popover say about one person: what is known + own matches and queue + language -> BadgeView. Pure.
import { accountKey, isFollowed, type Known, type KnownAccount, knownAccounts } from "../rules/accounts";
import type { NamedPerson } from "../rules/keys";
import type { DirectoryRow } from "../rules/rows";
import { type Doubt, type Judgement, judgeRow } from "../rules/grade";
import { directionOf, errorSentence, languageOf, type Translate, type Values } from "../i18n/i18n";
import type { ErrorView, MatchView } from "../messages/messages.gen";
import type {
  BadgeAccountView,
  BadgeAction,
  BadgeView,
  FollowState,
  Grade,
  Network,
  Standing,
} from "../messages/views";
import { asksText, standingOf, standingText } from "../i18n/account-text";
import { displayText, safeLink } from "../rules/text";
import type { Locale } from "./speech";

/** What the user's own data say about a person: their match, and the state of following by account key. */
export interface Own extends SignedIn {
  readonly match: MatchView | null;
  readonly queued: ReadonlyMap<string, Queued>;
  /** Other names that the engine has for their id. */
  readonly aliases: readonly string[];
}

/** Where the user is signed in, and which network they prefer for people who are on several (null: none). */
export interface SignedIn {
  /** The own account that follows on each network. */
  readonly signedIn: ReadonlyMap<Network, OwnName>;
  readonly preferred: Network | null;
}

export interface OwnName {
  readonly id: string;
  readonly address: string;
}

/** How far following an account is; `followedBy`: the own account with which Passerelle followed it, or null. */
export interface Queued {
  readonly state: FollowState;
  readonly error: ErrorView | null;
  readonly followedBy: string | null;
}

/** Return the view; null when nothing is left to show because the user rejected all of these accounts. */
export function makeBadgeView(
  person: NamedPerson,
  known: Known,
  own: Own,
  { tag, translate }: Locale,
  now: Date,
): BadgeView | null {
  const { row, profile } = known;
  const language = languageOf(tag);
  const name =
    displayText(row?.display_name) ||
    displayText(own.match?.display_name) ||
    displayText(profile?.display_name) ||
    `@${person.screenName}`;
  const judged = row && judgeRow(row, { ...person, aliases: own.aliases }, now, profile?.hints);
  const shown = accountsOf(known, own);
  const inOrder = shown.toSorted((a, b) => Number(isSecond(a, shown, own)) - Number(isSecond(b, shown, own)));
  const accounts = inOrder.map((account) =>
    accountView(
      account,
      { isSure: isSure(account, shown, judged), isSecond: isSecond(account, shown, own) },
      own.signedIn.get(account.network),
      actionOf(account, shown, own.signedIn),
      name,
      translate,
    ),
  );
  const [first] = accounts;
  if (!first) return null;
  const grade = gradeOf(accounts, judged?.grade);
  const networks = new Set(accounts.map(({ network }) => network)).size > 1 ? "both" : first.network;
  return {
    row_id: row?.row_id ?? null,
    language,
    direction: directionOf(language),
    grade,
    label: labelOf(grade, accounts, { name, networks }, translate),
    name,
    grade_why: translate(`grade.${grade}.why`),
    accounts,
    notes: row && judged ? notesOf(row, judged.doubts, translate) : [],
    sources: row
      ? row.sources.map(({ name: source, url, date }) => ({
          text: sourceText(source, date, translate),
          url: safeLink(url),
        }))
      : [],
    words: {
      open: translate("row.open"),
      sources: translate("badge.sources"),
      see: translate("evidence.open"),
      yes: translate("row.follow"),
      cancel: translate("badge.cancel"),
      close: translate("badge.close"),
      asking: translate("state.asked"),
      confirm: translate("badge.confirm"),
      no_answer: translate("error.timeout"),
      broken: translate("error.bug"),
    },
  };
}

// Read aloud and shown as tooltip: it says what the signs of the mark show (lib/x/badge/mark.ts).
function labelOf(
  grade: Grade,
  accounts: readonly BadgeAccountView[],
  values: Values,
  translate: Translate,
): string {
  const label = whereOf(grade, accounts, values, translate);
  return isFollowed(accounts) ? `${label} ${translate("badge.followed")}` : label;
}

function whereOf(
  grade: Grade,
  accounts: readonly BadgeAccountView[],
  values: Values,
  translate: Translate,
): string {
  if (grade !== "hinted") return translate("badge.label", { ...values, grade: translate(`grade.${grade}`) });
  return translate("badge.label_hinted", {
    ...values,
    checked: accounts.every(({ standing }) => standing === "found") ? "yes" : "no",
  });
}

interface OwnAccount extends KnownAccount, Queued {}

// Accounts that the person rejected are not proposed again.
function accountsOf(known: Known, { match, queued }: Own): OwnAccount[] {
  return knownAccounts(known).flatMap((account) => {
    const matched = match?.accounts.find(
      ({ network, address }) => network === account.network && address === account.address,
    );
    const { state, error } = queued.get(accountKey(account)) ?? matched ?? { state: "none", error: null };
    const followedBy = queued.get(accountKey(account))?.followedBy ?? null;
    return matched?.rejected ? [] : [{ ...account, state, error, followedBy }];
  });
}

// What speaks for the accounts that are left: the row, else what their profile on X says.
function gradeOf(accounts: readonly BadgeAccountView[], ofRow: Grade | undefined): Grade {
  if (ofRow && accounts.some(({ standing }) => standing === "listed")) return ofRow;
  const standings = new Set(accounts.map(({ standing }) => standing));
  return standings.has("linked") ? "linked" : standings.has("confirmed") ? "confirmed" : "hinted";
}

const SURE_GRADES: ReadonlySet<Grade> = new Set(["proven", "attested"]); // as PRESELECTED_GRADES in the core
const SURE_STANDINGS: ReadonlySet<Standing> = new Set(["linked", "confirmed"]); // as SURE_GRADES in the core

// Two accounts on one network are two candidates for one person.
function isSure(account: OwnAccount, all: readonly OwnAccount[], judged: Judgement | null): boolean {
  if (all.filter(({ network }) => network === account.network).length > 1) return false;
  if (!account.listed) return SURE_STANDINGS.has(standingOf(account));
  return judged !== null && SURE_GRADES.has(judged.grade) && judged.doubts.length === 0;
}

// Of a person on several networks that the user uses, the account on the preferred one comes first.
function isSecond(
  { network }: OwnAccount,
  all: readonly OwnAccount[],
  { signedIn, preferred }: SignedIn,
): boolean {
  const isThere = all.some((one) => one.network === preferred && signedIn.has(one.network));
  return isThere && network !== preferred;
}

const CAN_FOLLOW: ReadonlySet<FollowState> = new Set(["none", "failed"]);

const CAN_UNDO: ReadonlySet<FollowState> = new Set(["following", "requested"]);

// The user follows on the networks that they use: signing in is offered where the person is on none of these.
function actionOf(
  { network, state, followedBy, ...account }: OwnAccount,
  all: readonly OwnAccount[],
  signedIn: ReadonlyMap<Network, OwnName>,
): BadgeAction {
  if (standingOf(account) === "unchecked") return "check";
  if (CAN_UNDO.has(state) && followedBy !== null && signedIn.get(network)?.id === followedBy) return "undo";
  if (!CAN_FOLLOW.has(state)) return "";
  if (signedIn.has(network)) return "follow";
  return all.some((one) => signedIn.has(one.network)) ? "" : "sign_in";
}

function accountView(
  account: OwnAccount,
  { isSure, isSecond }: { isSure: boolean; isSecond: boolean },
  follower: OwnName | undefined,
  action: BadgeAction,
  name: string,
  translate: Translate,
): BadgeAccountView {
  const { network, address, url, state, error } = account;
  const standing = standingOf(account);
  const kind = action === "check" ? "check" : "look";
  return {
    network,
    network_name: translate(`network.${network}`),
    address,
    url: safeLink(url),
    open_label: translate("row.open_label", { address }),
    standing,
    standing_text: standingText(account, translate),
    look_text: translate(`account.${kind}`),
    look_label: translate(`account.${kind}_label`, { address }),
    look_asks: asksText(kind, account, translate),
    action,
    ...actionTexts(action, network, name, translate),
    is_sure: isSure,
    is_second: isSecond,
    follows_as:
      follower && FOLLOWS.has(action) ? translate("badge.follows_as", { account: follower.address }) : "",
    followed_said: translate("badge.followed_said", { name, account: follower?.address ?? "" }),
    unfollowed_said: translate("badge.unfollowed_said", { name }),
    undo_text: translate("row.undo"),
    from_server_text: action === "sign_in" && network === "fediverse" ? translate("row.from_server") : "",
    undo_label: translate("badge.undo_label", { name }),
    question: translate("badge.question", { name, address, network: translate(`network.${network}`) }),
    state,
    state_text: state === "none" ? "" : translate(`state.${state}`),
    error_text: error ? errorSentence(translate, error) : "",
  };
}

const FOLLOWS: ReadonlySet<BadgeAction> = new Set(["follow", "undo"]);
const FOLLOW_LABELS = {
  bluesky: "row.follow_label",
  fediverse: "row.follow_label_fediverse",
} as const satisfies Record<Network, string>;
const SIGN_IN_TEXTS = {
  bluesky: "follow.sign_in_short",
  fediverse: "follow.sign_in_short_fediverse",
} as const satisfies Record<Network, string>;

function actionTexts(
  action: BadgeAction,
  network: Network,
  name: string,
  translate: Translate,
): Pick<BadgeAccountView, "action_text" | "action_label"> {
  if (action === "follow")
    return {
      action_text: translate("row.follow"),
      action_label: translate(FOLLOW_LABELS[network], { name }),
    };
  if (action === "undo")
    return {
      action_text: translate("row.unfollow"),
      action_label: translate("row.unfollow_label", { name }),
    };
  const text = action === "sign_in" ? translate(SIGN_IN_TEXTS[network]) : "";
  return { action_text: text, action_label: text };
}

function notesOf(row: DirectoryRow, doubts: readonly Doubt[], translate: Translate): string[] {
  const notes = doubts.map((doubt) => DOUBT_TEXTS[doubt](row, translate));
  return row.leaving_on ? [...notes, translate("row.leaving", { date: new Date(row.leaving_on) })] : notes;
}

const DOUBT_TEXTS: Readonly<Record<Doubt, (row: DirectoryRow, translate: Translate) => string>> = {
  name_contradicts: ({ screen_name }, translate) =>
    translate("badge.other_name", { name: `@${screen_name ?? ""}` }),
  target_contradicts: ({ handle }, translate) =>
    translate("evidence.target_contradicts", { detail: handle ?? "" }),
  old_name: ({ name_seen }, translate) =>
    name_seen ? translate("badge.old_name", { date: new Date(name_seen) }) : translate("badge.undated_name"),
};

function sourceText(source: string, date: string | null, translate: Translate): string {
  const name = translate("evidence.source", { detail: source });
  return date ? `${name} (${translate("evidence.seen", { date: new Date(date) })})` : name;
}
