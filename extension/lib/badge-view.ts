// What a badge and its popover say about one person: directory row + own matches and queue + language -> BadgeView. Pure.
import type { NamedPerson } from "./badge-index";
import type { DirectoryRow } from "./directory";
import { directionOf, errorSentence, languageOf, type Translate } from "./i18n";
import type { ErrorView, MatchView } from "./messages.gen";
import type { BadgeAccountView, BadgeView, FollowState, Grade, Network } from "./page-messages";
import { displayText, safeLink } from "./text";

/** What the person's own data say about a row: their match, and how following stands per account key (did or handle). */
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

const NAME_MAX_AGE = 365 * 24 * 60 * 60 * 1000; // ms; NAME_MAX_AGE in core/passerelle/presets.py
const DEMOTED: Grade = "claimed"; // DEMOTED_GRADE in core/passerelle/matcher.py

/** Make the view; null when nothing is left to show, because the person said that none of these accounts is theirs. */
export function makeBadgeView(person: NamedPerson, row: DirectoryRow, own: Own, { locale, translate }: Speech, now: Date): BadgeView | null {
  const language = languageOf(locale);
  const name = displayText(row.display_name) || displayText(own.match?.display_name) || `@${person.screenName}`;
  const accounts = accountsOf(row, own).map((account) => accountView(account, name, own, translate));
  const [first] = accounts;
  if (!first) return null;
  const isRenamed = isContradicted(person, row);
  const grade = isRenamed ? DEMOTED : row.grade;
  const networks = accounts.length > 1 ? "both" : first.network;
  return {
    row_id: row.row_id,
    language,
    direction: directionOf(language),
    grade,
    label: translate("badge.label", { name, networks, grade: translate(`grade.${grade}`) }),
    name,
    grade_why: translate(`grade.${grade}.why`),
    accounts,
    notes: notesOf(row, isRenamed, translate, now),
    sources: row.sources.map(({ name: source, url, date }) => ({ text: sourceText(source, date, translate), url: safeLink(url) })),
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

interface Account extends Queued {
  readonly network: Network;
  readonly address: string;
  readonly url: string;
}

// As core/passerelle/matcher.py, _accounts; accounts that the person rejected are not proposed again.
function accountsOf(row: DirectoryRow, { match, queued }: Own): Account[] {
  const accounts: Account[] = [];
  const add = (network: Network, address: string, key: string, url: string) => {
    const matched = match?.accounts.find((account) => account.network === network && account.address === address);
    if (matched?.rejected) return;
    const { state, error } = queued.get(key) ?? matched ?? { state: "none", error: null };
    accounts.push({ network, address, url, state, error });
  };
  const bluesky = row.did ?? row.handle;
  if (bluesky !== null) add("bluesky", row.handle ?? bluesky, bluesky, `https://bsky.app/profile/${bluesky}`);
  if (row.acct !== null) add("fediverse", row.acct, row.acct, fediverseUrl(row.acct));
  return accounts;
}

// Every fediverse software in use answers or redirects there: core/passerelle/networks/mastodon.py, profile_url.
function fediverseUrl(acct: string): string {
  const [username = "", domain = ""] = acct.split("@");
  return `https://${domain}/@${username}`;
}

const CAN_FOLLOW: ReadonlySet<FollowState> = new Set(["none", "failed"]);

function accountView({ network, address, url, state, error }: Account, name: string, own: Own, translate: Translate): BadgeAccountView {
  const canFollow = network === "bluesky" && CAN_FOLLOW.has(state);
  const action = !canFollow ? "" : own.isSignedIn ? "follow" : "sign_in";
  return {
    network,
    network_name: translate(`network.${network}`),
    address,
    url: safeLink(url),
    open_label: translate("row.open_label", { address }),
    action,
    action_text: action === "follow" ? translate("row.follow") : translate("follow.sign_in_short"),
    action_label: action === "follow" ? translate("row.follow_label", { name }) : translate("follow.sign_in_short"),
    question: translate("badge.question", { name, address }),
    state,
    state_text: state === "none" ? "" : translate(`state.${state}`),
    error_text: error ? errorSentence(translate, error) : "",
  };
}

// Same id, other name: either may be out of date, so the row counts for less until somebody has looked.
function isContradicted({ screenName, restId }: NamedPerson, row: DirectoryRow): boolean {
  return restId !== null && row.rest_id === restId && row.screen_name !== null && row.screen_name.toLowerCase() !== screenName.toLowerCase();
}

function notesOf(row: DirectoryRow, isRenamed: boolean, translate: Translate, now: Date): string[] {
  const notes: string[] = [];
  if (isRenamed) notes.push(translate("badge.other_name", { name: `@${row.screen_name ?? ""}` }));
  if (row.rest_id === null && isOld(row.name_seen, now)) {
    notes.push(row.name_seen ? translate("badge.old_name", { date: new Date(row.name_seen) }) : translate("badge.undated_name"));
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
