// Host names as browsers read them (UTS 46, non-transitional). Pure.
//
// The mirror of core/passerelle/domains.py; tests/data/vectors/hosts.json holds both to it.

const MAX_HOST = 253;
// What may stand in a host name; URL itself takes more, as in `https://user@host:8/`.
const NOT_IN_NAMES = /[\u0000-\u002C\u002F\u003A-\u0040\u005B-\u005E\u0060\u007B-\u007F]/u;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NUMBER = /^(?:0x[0-9a-f]*|[0-9]+)$/;

/** Return a host name in lower-case ASCII; null where it is no name of at least two labels (IP addresses too). */
export function canonicalizeHost(text: string): string | null {
  if (text.length > MAX_HOST || NOT_IN_NAMES.test(text) || !URL.canParse(`https://${text}`)) return null;
  const host = new URL(`https://${text}`).hostname;
  const labels = host.split(".");
  const isName = labels.length > 1 && host.length <= MAX_HOST && labels.every((label) => LABEL.test(label));
  return isName && !NUMBER.test(labels.at(-1) ?? "") ? host : null;
}
