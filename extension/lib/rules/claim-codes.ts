// Claim codes in a text, as core/passerelle/claims/codes.py finds them; tests/data/vectors/claim-codes.json. docs/claims.md

// Crockford's Base32, https://www.crockford.com/base32.html: no I, L, O, U.
const GROUP = "[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{5}";
// A whole word: not a part of a link, a mention, a hashtag or a host name.
const CODE = new RegExp(`(?<![\\w@#/.:=&?%+$~-])psr((?:-${GROUP}){4})(?![\\w/:=&?%@~-]|\\.\\w)`, "gi");
const BEGINNINGS = ["psr-", "Psr-", "PSR-"]; // as people write it; a search without regard to case takes long in 10 MB

/** Return whether a text may have a code at all; quick, for long texts. */
export function mayHaveCode(text: string): boolean {
  return BEGINNINGS.some((one) => text.includes(one));
}

/** Return the codes that stand in a text as words of their own, as registrars write them. */
export function findCodes(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(CODE), ([, groups = ""]) => `psr${groups.toUpperCase()}`));
}
