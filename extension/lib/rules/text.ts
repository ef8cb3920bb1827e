// Text of strangers (display names, handles, file names) made harmless to show; never used for comparing.

// As core/passerelle/text.py, where the sources are; tests/data/vectors/invisible.json lists the ranges for both.
const INVISIBLE =
  "\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u2800" +
  "\\u3164\\uE000-\\uF8FF\\uFDD0-\\uFDEF\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\uFFFE\\uFFFF\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}" +
  "\\u{E0000}-\\u{E00FF}\\u{E01F0}-\\u{E0FFF}\\u{F0000}-\\u{10FFFF}";
// Names need these to be shown: Persian and Indic words, emoji, Mongolian, variants of Chinese characters.
const JOINING = "\\u180B-\\u180D\\u180F\\u200C\\u200D\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}";
const NOT_SHOWN = new RegExp(`[${INVISIBLE}]`, "gu");
const NOT_COMPARED = new RegExp(`[${INVISIBLE}${JOINING}]`, "gu");
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

// A name may pile any number of accents on one letter; beyond a few they only cover the lines around it.
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

const LONGEST_NAME = 80; // characters; X allows 50, the fediverse 30 by default and more by choice

/** Return a text as it may be shown: joiners and variation selectors stay, as names are written with them. */
export function withoutInvisible(text: string): string {
  return text.replace(NOT_SHOWN, "");
}

/** Return the parts of an address between which a line may break: before its @ and before each of its dots. */
export function partsOfAddress(address: string): string[] {
  return address.split(/(?<=.)(?=[.@])/u);
}

/** Return a text as it is searched and compared: without joiners and variation selectors, too. */
export function withoutAnyInvisible(text: string): string {
  return text.replace(NOT_COMPARED, "");
}

/** Return a stranger's text as it may be shown: one line, no invisible or direction-changing characters, not endless. */
export function displayText(text: string | null | undefined, longest = LONGEST_NAME): string {
  const visible = withoutInvisible((text ?? "").replace(/\s+/gu, " ")).replace(CONTROLS, "");
  const line = visible.replace(PILED_MARKS, "$1").trim();
  const characters = Array.from(line);
  return characters.length > longest ? characters.slice(0, longest - 1).join("") + "…" : line;
}

const MAX_CLEAN = 100; // characters, as MAX_DISPLAY_NAME in core/passerelle/text.py

/** Return a stranger's name as clean_display_name in core/passerelle/text.py does; null where nothing is left. */
export function cleanName(text: string): string | null {
  const start = Array.from(text.slice(0, 2 * 4 * MAX_CLEAN)).slice(0, 4 * MAX_CLEAN);
  const visible = withoutInvisible(start.join("")).replace(/\p{Cs}/gu, "\uFFFD");
  const line = visible.replace(CONTROLS, " ").trim().replace(/\s+/gu, " ");
  return Array.from(line).slice(0, MAX_CLEAN).join("").trimEnd() || null;
}

/** Return the first letter or digit of a name, for the round mark beside it; "" when there is none. */
export function initial(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toLocaleUpperCase() ?? "";
}

/** Wrap a text in first-strong isolates, so that its direction cannot disturb the sentence around it. */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Remove the isolates again. */
export function withoutIsolates(text: string): string {
  return text.replace(/[\u2068\u2069]/gu, "");
}

/** Return a number that depends only on `text`, from 0 up to but not including `choices`. */
export function pick(text: string, choices: number): number {
  const sum = Array.from(text).reduce(
    (hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0,
    0,
  );
  return sum % choices;
}

/** Return `url` when it is an https link that may be shown as one, else null. */
export function safeLink(url: string | null | undefined): string | null {
  const parsed = url && URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === "https:" && !parsed.username && !parsed.password ? parsed.href : null;
}
