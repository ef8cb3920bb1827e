// What badges, their popover and the bar on x.com show: made by the background in the person's language.
import type { AccountView, MatchView } from "./messages.gen";

export type Network = AccountView["network"];
export type FollowState = AccountView["state"];
export type Grade = MatchView["grade"];

/**
 * What a press on an account's button does: check it, follow it, unfollow it where Passerelle followed it, sign in first, or
 * nothing ("").
 */
export type BadgeAction = "check" | "follow" | "undo" | "sign_in" | "";

/** Why an account is shown: the directory has it; or their profile on X names it, and this came of checking that; or the person confirmed it. */
export type Standing = "listed" | "unchecked" | "found" | "confirmed" | "linked";

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
  /** Whether the match is sure: followed without a question where the card is provably visible. */
  readonly is_sure: boolean;
  /** Whether the person prefers other networks, and this account comes second. */
  readonly is_second: boolean;
  /** Which own account follows, or did; "" where none would. */
  readonly follows_as: string;
  /** What is said once the account is followed, and once it is followed no more. */
  readonly followed_said: string;
  readonly unfollowed_said: string;
  /** The button that undoes a follow for some seconds. */
  readonly undo_text: string;
  readonly undo_label: string;
  /** The button that follows from the person's own server, without signing in here; "" for none. */
  readonly from_server_text: string;
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

/** What a mark shows at a glance. */
export interface BadgeMark {
  /** Read aloud. */
  readonly label: string;
  readonly grade: Grade;
  readonly accounts: readonly { readonly network: Network; readonly state: FollowState }[];
}

/** All that a badge and its popover say about one person, made by the background in the person's language. */
export interface BadgeView {
  /** The directory's row; null where only their profile on X names accounts. */
  readonly row_id: string | null;
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly grade: Grade;
  readonly label: string;
  /** The person's name as the directory or the archive has it, never as the page has it. */
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
  /** After the question was put in a window of the extension. */
  readonly confirm: string;
  /** When the background did not answer in time, and when it answered that something is broken. */
  readonly no_answer: string;
  readonly broken: string;
}

/** The question that stands in a window of the extension before a follow, in sentences. */
export interface ConfirmView {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly question: string;
  readonly why: string;
  readonly yes: string;
  readonly cancel: string;
  readonly asking: string;
}

/** How many people one message of a content script may be about. */
export const MAX_PEOPLE = 100;

/** The lists that are read, by the last part of their pages' paths. */
export const KINDS = ["following", "followers"] as const;
export type ListKind = (typeof KINDS)[number];

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
