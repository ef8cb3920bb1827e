// Texts for the own X profile that say where the person is now: names, bios, a post. Pure.
import type { Key, Translate } from "../i18n/i18n";
import { canonicalizeHost } from "../rules/domains";
import { withoutAnyInvisible, withoutIsolates, displayText } from "../rules/text";

// https://help.x.com/en/managing-your-account/how-to-customize-your-profile
export const MAX_NAME = 50;
export const MAX_BIO = 160;
const MOST = 3; // variants of one text
const POST_PAGE = "https://x.com/intent/post"; // https://docs.x.com/x-for-websites/tweet-button/guides/web-intent
const MAX_WEIGHT = 280; // of a post: https://docs.x.com/fundamentals/counting-characters
const WEIGHT = 2; // of a character at most

/** Where the person is now: a handle without @, and `user@server`. */
export interface Addresses {
  readonly handle: string | null;
  readonly acct: string | null;
}

/** Return the handle that was typed or pasted, also as the address of a profile; null for anything else. */
export function parseHandle(typed: string): string | null {
  const text = withoutAnyInvisible(typed).trim();
  const name = text.replace(/^https:\/\/bsky\.app\/profile\//i, "").replace(/^@/, "");
  return name.includes(".") && !/[\s/@]/.test(name) ? canonicalizeHost(name) : null;
}

/** Return the Mastodon address that was typed or pasted, as `user@server`; null for anything else. */
export function parseAcct(typed: string): string | null {
  const text = withoutAnyInvisible(typed).trim();
  const [, user, server] =
    /^@?([\w.-]+)@([^\s@/]+)$/.exec(text) ?? turned(/^https:\/\/([^\s@/]+)\/@([\w.-]+)\/?$/i.exec(text));
  const host = server?.includes(".") ? canonicalizeHost(server) : null;
  return user && host ? `${user}@${host}` : null;
}

function turned(found: RegExpExecArray | null): readonly (string | undefined)[] {
  return found ? [found[0], found[2], found[1]] : [];
}

/**
 * Return names that X takes, the one that says most first. A Bluesky handle has no @, which X would turn into a link to the
 * X account of that name; after @user@server it makes none (endMentionMatch in https://github.com/twitter/twitter-text).
 */
export function namesFor(displayName: string, { handle, acct }: Addresses): string[] {
  const name = displayText(displayName);
  const at = [handle && `🦋 ${handle}`, acct && `@${acct}`].filter((one) => one !== null);
  const named = [at, ...at.map((one) => [one])].map((ones) => [name, ...ones].filter(Boolean).join(" "));
  return fitting([...(at.length > 0 ? named : []), ...at], MAX_NAME);
}

/** Return bios that X takes, the one that says most first. */
export function biosFor(addresses: Addresses, t: Translate): string[] {
  const { handle, acct } = addresses;
  const both = handle !== null && acct !== null;
  return fitting(
    [
      both && say(t, "leave.bio_both", { handle, acct: `@${acct}` }),
      both && `🦋 ${handle} · @${acct}`,
      handle !== null && say(t, "leave.bio_bluesky", { handle }),
      acct !== null && say(t, "leave.bio_fediverse", { acct: `@${acct}` }),
      handle !== null && `🦋 ${handle}`,
      acct !== null && `@${acct}`,
    ].filter((one) => one !== false),
    MAX_BIO,
  );
}

/** Return a post that says where the person is, and fits whatever its characters weigh; null without an address that fits. */
export function postFor({ handle, acct }: Addresses, t: Translate): string | null {
  const at = [handle && `Bluesky: ${handle}`, acct && `Mastodon: @${acct}`].filter((one) => one !== null);
  const posts = [at, ...at.map((one) => [one])].map((ones) =>
    say(t, "leave.post_text", { addresses: ones.join(" · ") }),
  );
  return at.length === 0 ? null : (fitting(posts, MAX_WEIGHT / WEIGHT)[0] ?? null);
}

/** Return the page of X on which a post with this text is ready to be sent. */
export function postPage(text: string | null): string {
  return text === null ? POST_PAGE : `${POST_PAGE}?${new URLSearchParams({ text }).toString()}`;
}

// In UTF-16 units, of which there are at least as many as X counts characters.
function fitting(texts: readonly string[], longest: number): string[] {
  return [...new Set(texts)].filter((text) => text.length <= longest).slice(0, MOST);
}

// A profile on X needs no marks of direction.
function say(t: Translate, key: Key, values: Readonly<Record<string, string>>): string {
  return withoutIsolates(t(key, values));
}
