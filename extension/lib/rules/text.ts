// Text of strangers (display names, handles, file names) made harmless to show; never used for comparing.

// Controls, bidi overrides and isolates, zero-width and other invisible characters, and the tag and private-use blocks:
// https://www.unicode.org/reports/tr9/ and https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing.
// The zero-width joiner stays (emoji and Indic names need it), and so does the non-joiner (Persian names need it).
const INVISIBLE =
  /[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

// A name may pile any number of accents on one letter; beyond a few they only cover the lines around it.
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

const LONGEST_NAME = 80; // characters; X allows 50, the fediverse 30 by default and more by choice

/** Give a stranger's text as it may be shown: one line, no invisible or direction-changing characters, not endless. */
export function displayText(text: string | null | undefined, longest = LONGEST_NAME): string {
  const line = (text ?? "").replace(/\s+/gu, " ").replace(INVISIBLE, "").replace(PILED_MARKS, "$1").trim();
  const characters = Array.from(line);
  return characters.length > longest ? characters.slice(0, longest - 1).join("") + "…" : line;
}

/** Give the first letter or digit of a name, for the round mark beside it; "" when there is none. */
export function initial(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toLocaleUpperCase() ?? "";
}

/** Wrap a text in first-strong isolates, so that its direction cannot disturb the sentence around it. */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Take the isolates out again. */
export function withoutIsolates(text: string): string {
  return text.replace(/[\u2068\u2069]/gu, "");
}

/** Give a number that depends only on `text`, from 0 up to but not including `choices`. */
export function pick(text: string, choices: number): number {
  const sum = Array.from(text).reduce(
    (hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0,
    0,
  );
  return sum % choices;
}

/** Give `url` when it is an https link that may be shown as one, else null. */
export function safeLink(url: string | null | undefined): string | null {
  const parsed = url && URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === "https:" && !parsed.username && !parsed.password ? parsed.href : null;
}
