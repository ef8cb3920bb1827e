// The post that says where the person is now: its networks, its length, and the address that opens it filled in. Pure.
import { LINK, LINK_WEIGHT, MAX_WEIGHT, weigh } from "../rules/post-length";
import type { AccountQueueView, JoinView } from "../messages/messages.gen";
import type { Account } from "../sessions";

/** Where the post can be made. */
export const PLACES = ["bluesky", "fediverse", "x"] as const;
export type Place = (typeof PLACES)[number];
/** What the post says. */
export const VARIANTS = ["moved", "together"] as const;
export type Variant = (typeof VARIANTS)[number];

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const LINKS = new RegExp(LINK, "gu");
const MENTIONS = /(?<![\w@./])(@[\w.-]*\w)@[\w-]+(?:\.[\w-]+)+/g;

interface Limit {
  /** The most that is posted, as `measure` counts. */
  readonly most: number;
  readonly measure: (text: string) => number;
}

/** How long a post may be on each network. */
export const LIMITS: Readonly<Record<Place, Limit>> = {
  // maxGraphemes of https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
  bluesky: { most: 300, measure: countGraphemes },
  // https://docs.joinmastodon.org/user/posting/#text, where a server has not set another limit
  fediverse: { most: 500, measure: measureOnMastodon },
  x: { most: MAX_WEIGHT, measure: weigh },
};

/** Return how many characters people see. */
export function countGraphemes(text: string): number {
  return [...graphemes.segment(text)].length;
}

function measureOnMastodon(text: string): number {
  return countGraphemes(text.replace(LINKS, "x".repeat(LINK_WEIGHT)).replace(MENTIONS, "$1"));
}

/** The pages that open with a text ready to be sent; `server`: the host of the own Mastodon account. */
const COMPOSE: Readonly<Record<Place, (server: string) => string>> = {
  bluesky: () => "https://bsky.app/intent/compose", // https://docs.bsky.app/docs/advanced-guides/intent-links
  fediverse: (server) => `https://${server}/share`, // config/routes.rb of https://github.com/mastodon/mastodon
  x: () => "https://x.com/intent/post", // https://docs.x.com/x-for-websites/tweet-button/guides/web-intent
};

/** Return the address of the page of a network that opens with this text. */
export function composeUrl(place: Place, text: string, server = ""): string {
  return `${COMPOSE[place](server)}?text=${encodeURIComponent(text)}`;
}

/** The own accounts as a reader elsewhere finds them; null where there is none, or its name is not known. */
export interface OwnAddresses {
  readonly bluesky: string | null;
  /** With @ before it. */
  readonly fediverse: string | null;
}

/** Return the own addresses: of the accounts signed in, else of the own claim, else of those that have followed. */
export function ownAddresses(
  signedIn: Readonly<Record<"bluesky" | "fediverse", Pick<Account, "address"> | null>>,
  claim: Pick<JoinView, "handle" | "acct"> | null,
  queues: readonly Pick<AccountQueueView, "account" | "network">[],
): OwnAddresses {
  const followed = queues.find(({ network }) => network === "fediverse")?.account;
  const acct = signedIn.fediverse?.address ?? claim?.acct ?? followed ?? null;
  return {
    bluesky: signedIn.bluesky?.address ?? claim?.handle ?? null,
    fediverse: acct === null ? null : `@${acct.replace(/^@/, "")}`,
  };
}

/** Return the host of an address on Mastodon, or null. */
export function serverOf({ fediverse }: OwnAddresses): string | null {
  return fediverse?.slice(fediverse.lastIndexOf("@") + 1) ?? null;
}

const WITHOUT_CODE: ReadonlySet<JoinView["status"]> = new Set([
  "starting",
  "withdrawing",
  "withdrawn",
  "lost",
]);

/** Return the code that a post on X carries: of the own entry in the directory, while there is one. */
export function codeOf(claim: Pick<JoinView, "status" | "code"> | null): string | null {
  return claim && !WITHOUT_CODE.has(claim.status) ? claim.code : null;
}

/** Return what is posted on X: the text, and the code on its last line; make_post_text of the core does the same. */
export function withCode(text: string, code: string | null): string {
  return code === null ? text : `${text.trim()}\n${code}`;
}
