// What a badge and its popover say about one person: what is known + own matches and queue + language -> BadgeView. Pure.
import { accountKey, type Known, type KnownAccount, knownAccounts } from "../rules/accounts";
import type { NamedPerson } from "../rules/keys";
import type { DirectoryRow } from "../rules/directory";
import { directionOf, errorSentence, languageOf, type Translate, type Values } from "../i18n/i18n";
import type { ErrorView, MatchView } from "../messages/messages.gen";
import type { BadgeAccountView, BadgeView, FollowState, Grade } from "../messages/content";
import { asksText, standingOf, standingText } from "../i18n/account-text";
import { displayText, safeLink } from "../rules/text";

/** What the person's own data say about somebody: their match, and how following stands per account key. */
export interface Own {
  readonly match: MatchView | null;
  readonly queued: ReadonlyMap<string, Queued>;
  readonly isSignedIn: boolean;
}

export interface Queued {
  readonly state: FollowState;
  readonly error: ErrorView | null;
}

/** A language to speak: its locale and its sentences. */
export interface Speech {
  readonly locale: string;
  readonly translate: Translate;
}

const NAME_MAX_AGE = 365 * 24 * 60 * 60 * 1000; // ms; NAME_MAX_AGE in core/passerelle/following/pace.py
const DEMOTED: Grade = "claimed"; // DEMOTED_GRADE in core/passerelle/matching/match.py

/** Make the view; null when nothing is left to show, because the person said that none of these accounts is theirs. */
export function makeBadgeView(
  person: NamedPerson,
  known: Known,
  own: Own,
  { locale, translate }: Speech,
  now: Date,
): BadgeView | null {
  const { row, profile } = known;
  const language = languageOf(locale);
  const name =
    displayText(row?.display_name) ||
    displayText(own.match?.display_name) ||
    displayText(profile?.display_name) ||
    `@${person.screenName}`;
  const accounts = accountsOf(known, own).map((account) => accountView(account, name, own, translate));
  const [first] = accounts;
  if (!first) return null;
  const isRenamed = row !== null && isContradicted(person, row);
  const grade = gradeOf(accounts, isRenamed ? DEMOTED : row?.grade);
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
    notes: row ? notesOf(row, isRenamed, translate, now) : [],
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
      no_answer: translate("error.timeout"),
      broken: translate("error.bug"),
    },
  };
}

function labelOf(
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
  return accounts.some(({ standing }) => standing === "linked") ? "linked" : "hinted";
}

const CAN_FOLLOW: ReadonlySet<FollowState> = new Set(["none", "failed"]);

function accountView(account: OwnAccount, name: string, own: Own, translate: Translate): BadgeAccountView {
  const { network, address, url, state, error } = account;
  const standing = standingOf(account);
  const canFollow = network === "bluesky" && CAN_FOLLOW.has(state);
  const action = standing === "unchecked" ? "check" : !canFollow ? "" : own.isSignedIn ? "follow" : "sign_in";
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
    ...actionTexts(action, name, translate),
    question: translate("badge.question", { name, address }),
    state,
    state_text: state === "none" ? "" : translate(`state.${state}`),
    error_text: error ? errorSentence(translate, error) : "",
  };
}

function actionTexts(
  action: BadgeAccountView["action"],
  name: string,
  translate: Translate,
): Pick<BadgeAccountView, "action_text" | "action_label"> {
  if (action === "follow")
    return { action_text: translate("row.follow"), action_label: translate("row.follow_label", { name }) };
  const text = action === "sign_in" ? translate("follow.sign_in_short") : "";
  return { action_text: text, action_label: text };
}

// Same id, other name: either may be out of date, so the row counts for less until somebody has looked.
function isContradicted({ screenName, restId }: NamedPerson, row: DirectoryRow): boolean {
  return (
    restId !== null &&
    row.rest_id === restId &&
    row.screen_name !== null &&
    row.screen_name.toLowerCase() !== screenName.toLowerCase()
  );
}

function notesOf(row: DirectoryRow, isRenamed: boolean, translate: Translate, now: Date): string[] {
  const notes: string[] = [];
  if (isRenamed) notes.push(translate("badge.other_name", { name: `@${row.screen_name ?? ""}` }));
  if (row.rest_id === null && isOld(row.name_seen, now)) {
    notes.push(
      row.name_seen
        ? translate("badge.old_name", { date: new Date(row.name_seen) })
        : translate("badge.undated_name"),
    );
  }
  if (row.leaving_on) notes.push(translate("row.leaving", { date: new Date(row.leaving_on) }));
  return notes;
}

function isOld(day: string | null, now: Date): boolean {
  return day === null || now.getTime() - Date.parse(day) > NAME_MAX_AGE;
}

function sourceText(source: string, date: string | null, translate: Translate): string {
  const name = translate("evidence.source", { detail: source });
  return date ? `${name} (${translate("evidence.seen", { date: new Date(date) })})` : name;
}
