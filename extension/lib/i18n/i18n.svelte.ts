// The locale of the pages as reactive state: the person's choice, or the browser's.
import { withoutIsolates } from "../rules/text";
import {
  directionOf,
  errorSentence,
  isReviewed,
  languageOf,
  type LanguageSetting,
  makeTranslate,
  pickLocale,
  type Translate,
} from "./i18n";
import type { ErrorView } from "../messages/messages.gen";

class Locale {
  setting = $state<LanguageSetting>("auto");
  /** BCP 47 */
  readonly tag = $derived(pickLocale(this.setting, navigator.languages));
  readonly language = $derived(languageOf(this.tag));
  readonly isReviewed = $derived(isReviewed(this.language));
  readonly direction = $derived(directionOf(this.language));
  readonly translate = $derived(makeTranslate(this.tag));
}

export const locale = new Locale();

/** Return a sentence in the language of the page. */
export const t: Translate = (key, values) => locale.translate(key, values);

/** Return a sentence for a label that is only read aloud, without direction marks. */
export const spoken: Translate = (key, values) => withoutIsolates(t(key, values));

/** Return the sentence for an error in the language of the page. */
export const sentenceFor = (error: Pick<ErrorView, "code" | "params">): string =>
  errorSentence(locale.translate, error);

/** Return parts as the language lists them: "a, b and c". */
export function enumeration(parts: readonly string[]): string {
  return new Intl.ListFormat(locale.tag, { type: "conjunction" }).format(parts);
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Return an amount of bytes as people write it, with at most one digit after the point. */
export function bytes(amount: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, amount > 0 ? Math.floor(Math.log10(amount) / 3) : 0);
  const unit = BYTE_UNITS[power] ?? "byte";
  const format = {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: power > 1 ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(locale.tag, format).format(amount / 1000 ** power);
}
