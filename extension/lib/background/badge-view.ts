// What a badge and its popover say about one person: what is known + own matches and queue + language -> BadgeView. Pure.
import { accountKey, isFollowed, type Known, type KnownAccount, knownAccounts } from "../rules/accounts";
import type { NamedPerson } from "../rules/keys";
import type { DirectoryRow } from "../rules/directory";
import { type Doubt, judgeRow } from "../rules/grade";
import { directionOf, errorSentence, languageOf, type Translate, type Values } from "../i18n/i18n";
import type { ErrorView, MatchView } from "../messages/messages.gen";
import type {
  BadgeAccountView,
  BadgeAction,
  BadgeView,
  FollowState,
  Grade,
  Network,
} from "../messages/views";
import { asksText, standingOf, standingText } from "../i18n/account-text";
import { displayText, safeLink } from "../rules/text";
import type { Locale } from "./speech";

/** What the user's own data say about a person: their match, and the state of following by account key. */
export interface Own {
  readonly match: MatchView | null;
  readonly queued: ReadonlyMap<string, Queued>;
  /** The networks on which the user is signed in. */
  readonly signedIn: ReadonlySet<Network>;
  /** Other names that the engine has for their id. */
  readonly aliases: readonly string[];
}

export interface Queued {
  readonly state: FollowState;
  readonly error: ErrorView | null;
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
  const shown = accountsOf(known, own);
  const accounts = shown.map((account) =>
    accountView(account, actionOf(account, shown, own.signedIn), name, translate),
  );
  const [first] = accounts;
  if (!first) return null;
  const judged = row && judgeRow(row, { ...person, aliases: own.aliases }, now, profile?.hints);
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
    return matched?.rejected ? [] : [{ ...account, state, error }];
  });
}

// What speaks for the accounts that are left: the row, else what their profile on X says.
function gradeOf(accounts: readonly BadgeAccountView[], ofRow: Grade | undefined): Grade {
  if (ofRow && accounts.some(({ standing }) => standing === "listed")) return ofRow;
  const standings = new Set(accounts.map(({ standing }) => standing));
  return standings.has("linked") ? "linked" : standings.has("confirmed") ? "confirmed" : "hinted";
}

const CAN_FOLLOW: ReadonlySet<FollowState> = new Set(["none", "failed"]);

// The user follows on the networks that they use: signing in is offered where the person is on none of these.
function actionOf(
  { network, state, ...account }: OwnAccount,
  all: readonly OwnAccount[],
  signedIn: ReadonlySet<Network>,
): BadgeAction {
  if (standingOf(account) === "unchecked") return "check";
  if (!CAN_FOLLOW.has(state)) return "";
  if (signedIn.has(network)) return "follow";
  return all.some((one) => signedIn.has(one.network)) ? "" : "sign_in";
}

function accountView(
  account: OwnAccount,
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
    question: translate("badge.question", { name, address, network: translate(`network.${network}`) }),
    state,
    state_text: state === "none" ? "" : translate(`state.${state}`),
    error_text: error ? errorSentence(translate, error) : "",
  };
}

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
