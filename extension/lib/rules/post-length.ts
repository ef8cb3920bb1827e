// The length of a post as X counts it, as core/passerelle/claims/post_text.py; tests/data/vectors/post-lengths.json.

/** https://docs.x.com/fundamentals/counting-characters */
export const MAX_WEIGHT = 280;
/** What X, and Mastodon, count for an address that they make a link of. */
export const LINK_WEIGHT = 23;

/** An address with https:// or http://, without what ends the sentence around it. */
export const LINK = "https?:\\/\\/[!-~]*[A-Za-z0-9\\/=_\\-]";
const HOST = "(?<![A-Za-z0-9_@.#$\\-])(?:[A-Za-z0-9\\-]+\\.)+[A-Za-z]{2,}(?:\\/[!-~]*[A-Za-z0-9\\/=_\\-])?";
const SIGN = "[\\u2300-\\u27BF\\u2B00-\\u2BFF\\u{1F000}-\\u{1FAFF}][\\uFE0F\\u{1F3FB}-\\u{1F3FF}]*";
const EMOJI = `[\\u{1F1E6}-\\u{1F1FF}]{2}|${SIGN}(?:\\u200D${SIGN})*`;
const PARTS = new RegExp(`(?<link>${LINK})|(?<host>${HOST})|(?<emoji>${EMOJI})`, "gu");
const EMOJI_WEIGHT = 2;
const LIGHT = /[\u{0}-\u{10FF}\u{2000}-\u{200D}\u{2010}-\u{201F}\u{2032}-\u{2037}]/u;

/** Return the length of a text as X counts it: at most MAX_WEIGHT is posted. */
export function weigh(text: string): number {
  const composed = text.normalize("NFC");
  const parts = Array.from(composed.matchAll(PARTS), ({ groups }) => weighPart(groups ?? {}));
  const others = Array.from(composed.replace(PARTS, ""), (one) => (LIGHT.test(one) ? 1 : 2));
  return [...parts, ...others].reduce((sum, weight) => sum + weight, 0);
}

function weighPart({ host, link }: Record<string, string | undefined>): number {
  if (host) return Math.max(LINK_WEIGHT, host.length);
  return link ? LINK_WEIGHT : EMOJI_WEIGHT;
}
