// The language the pages speak now: the person's choice or the browser's, as reactive state.
import { withoutIsolates } from "../rules/text";
import {
  directionOf,
  errorSentence,
  languageOf,
  type LanguageSetting,
  makeTranslate,
  pickLocale,
  type Translate,
} from "./i18n";
import type { ErrorView } from "../messages/messages.gen";

class Speech {
  setting = $state<LanguageSetting>("auto");
  readonly locale = $derived(pickLocale(this.setting, navigator.languages));
  readonly language = $derived(languageOf(this.locale));
  readonly direction = $derived(directionOf(this.language));
  readonly translate = $derived(makeTranslate(this.locale));
}

export const speech = new Speech();

/** Give a sentence in the language of now. */
export const t: Translate = (key, values) => speech.translate(key, values);

/** Give a sentence for a label that is only spoken: direction marks would be noise there. */
export const spoken: Translate = (key, values) => withoutIsolates(t(key, values));

/** Give the sentence for an error in the language of now. */
export const sentenceFor = (error: Pick<ErrorView, "code" | "params">): string =>
  errorSentence(speech.translate, error);

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Give an amount of bytes as people write it, with at most one digit after the point. */
export function bytes(amount: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, amount > 0 ? Math.floor(Math.log10(amount) / 3) : 0);
  const unit = BYTE_UNITS[power] ?? "byte";
  const format = {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: power > 1 ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(speech.locale, format).format(amount / 1000 ** power);
}
