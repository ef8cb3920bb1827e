// Hints: which may be followed, under which keys decisions about them are stored, and which profiles may hold one. Pure.
//
// `mayNameAccount` only rules profiles out, so that Python starts for few: core/passerelle/hints/find.py decides. It never
// returns false where the core finds something; a wrong true costs one look by the core.
import mailHosts from "../../../core/passerelle/hints/data/mail-hosts.txt?raw";
import xMirrors from "../../../core/passerelle/hints/data/x-mirrors.txt?raw";
import otherPlatforms from "../../../core/passerelle/hints/data/other-platforms.txt?raw";
import type { AccountView, HintView } from "../messages/messages.gen";
import { expandedBio, type SeenUser } from "./profile";
import { withoutAnyInvisible } from "./text";

type Network = AccountView["network"];

/** Return whether an account that a profile names may be followed: is_checked in core/passerelle/matching/evidence.py. */
export function isChecked({ check, confidence, network }: HintView): boolean {
  if (!check || check.state === "gone" || (network === "bluesky" && check.did === null)) return false;
  return check.state === "linked" || confidence !== "inferred";
}

/** Return the keys of decisions about an account, by address and by did: decision_keys in core/passerelle/following/decisions.py. */
export function decisionKeys(
  restId: string,
  network: Network,
  address: string,
  did: string | null,
): readonly string[] {
  const names = new Set([address.toLowerCase(), did].filter((name) => name !== null));
  return [...names].map((name) => `${restId} ${network} ${name}`);
}

/** Return whether the core may find an address in what a person writes about themselves. */
export function mayNameAccount(user: SeenUser): boolean {
  return [...textsOf(user), ...linksOf(user)].some((text) => text !== null && mayHoldAddress(plain(text)));
}

/** Return the targets of a profile's links: what the core gets beside the texts. */
export function linksOf({ website, links }: SeenUser): string[] {
  return [...(website === null ? [] : [website]), ...links.map(({ long }) => long)];
}

// As core/passerelle/hints/own_words.py.
const MAX_BIO = 1_000;
const MAX_URLS = 10;
const MAX_URL = 500;

/** Return what a person writes of themselves, for comparing it with accounts elsewhere. */
export function ownWords(user: SeenUser): { bio: string | null; urls: string[]; picture: string | null } {
  const urls = linksOf(user).slice(0, MAX_URLS);
  return {
    bio: expandedBio(user)?.slice(0, MAX_BIO) || null,
    urls: urls.map((url) => url.slice(0, MAX_URL)),
    picture: user.picture ?? null,
  };
}

/** Return whether two observations of a profile are equal in the fields that the core reads. */
export function isSameProfile(one: SeenUser, other: SeenUser): boolean {
  return (
    one.screen_name === other.screen_name &&
    sameTexts([...textsOf(one), ...linksOf(one)], [...textsOf(other), ...linksOf(other)])
  );
}

function textsOf(user: SeenUser): (string | null)[] {
  return [user.display_name, expandedBio(user), user.location];
}

function sameTexts(one: readonly (string | null)[], other: readonly (string | null)[]): boolean {
  return one.length === other.length && one.every((text, at) => text === other[at]);
}

// As `normalize` in core/passerelle/hints/find.py, whose spaces are Python's.
const SPACES = /[\s\u001C-\u001F\u0085]+/gu;

function plain(text: string): string {
  return withoutAnyInvisible(text.normalize("NFKC")).toLowerCase().replace(SPACES, " ");
}

// What every form of an address has in it: a word for Bluesky, its ids, dots and ats in words, the paths of profiles.
const MARKS = [
  /bsky|bluesky|🦋|ブルースカイ|ブルスカ|بلوسكاي|블루스카이|블스/u,
  /did:plc:|at:\/\//u,
  /[[({<] ?(?:dot|punkt|point|punto|at|\.|@) ?[\])}>]/u,
  / at [a-z0-9-]+ dot /u,
  /peertube|pixelfed\./u,
];
// A page of a person on some server, and its host, in whatever script; `%40` is how links write "@".
const PROFILE =
  /(?:https?:\/\/)?([^\s/@:()[\]{}<>"«“]*)(?::\d*)?\/(?:[^\s@]*\/)?(?:@|%40|users\/|profile\/|user\/|u\/)/gu;
// user@host, with or without a first "@", perhaps with a space at the second; the host in any script.
const ACCT = /[a-z0-9_](?: @ ?|@ ?)([^\s@/:,;()[\]{}<>"«“]+\.[^\s@/:,;()[\]{}<>"«“.]+)/gu;

function mayHoldAddress(text: string): boolean {
  return (
    MARKS.some((mark) => mark.test(text)) ||
    hostsOf(text, PROFILE).some((host) => !isUnder(host, OTHERS)) ||
    hostsOf(text, ACCT).some((host) => !isUnder(host, NO_SERVERS))
  );
}

function hostsOf(text: string, form: RegExp): string[] {
  return Array.from(text.matchAll(form), ([, host = ""]) => host);
}

// Whole labels are compared, as `is_listed` does: dampfkraft.com is not t.co.
function isUnder(host: string, listed: ReadonlySet<string>): boolean {
  const labels = host.split(".");
  return labels.some((_, start) => listed.has(labels.slice(start).join(".")));
}

const OTHERS = read(otherPlatforms);
const NO_SERVERS = new Set([...OTHERS, ...read(mailHosts), ...read(xMirrors)]);

function read(list: string): Set<string> {
  return new Set(list.split("\n").filter((line) => line && !line.startsWith("#")));
}
