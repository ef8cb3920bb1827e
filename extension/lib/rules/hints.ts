// Which few profiles may name an account elsewhere, so that Python is worth waking for them. Pure, and no rule about people.
//
// core/passerelle/hints/find.py decides; this only says "surely not". So it never says no where the core finds something (the test
// tries all of the core's own examples), and a wrong yes costs no more than a look by the core.
import mailHosts from "../../../core/passerelle/hints/data/mail-hosts.txt?raw";
import otherPlatforms from "../../../core/passerelle/hints/data/other-platforms.txt?raw";
import { withoutAnyInvisible } from "./text";
import { expandedBio, type SeenUser } from "../x/answers/users";

/** Say whether the core may find an address in what somebody writes about themselves. */
export function mayNameAccount(user: SeenUser): boolean {
  return [...textsOf(user), ...linksOf(user)].some((text) => text !== null && mayHoldAddress(plain(text)));
}

/** Give the links of a profile, each where it leads: what the core gets beside the texts. */
export function linksOf({ website, links }: SeenUser): string[] {
  return [...(website === null ? [] : [website]), ...links.map(({ long }) => long)];
}

/** Say whether two observations of somebody say the same where the core looks. */
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
// user@host, with or without a first "@", perhaps with a space at the second.
const ACCT = /[a-z0-9_](?: @ ?|@ ?)((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)/gu;

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
const NO_SERVERS = new Set([...OTHERS, ...read(mailHosts)]);

function read(list: string): Set<string> {
  return new Set(list.split("\n").filter((line) => line && !line.startsWith("#")));
}
