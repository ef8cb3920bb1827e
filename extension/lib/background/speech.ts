// The language in which the background words its answers to pages of X: the person's choice or the browser's.
import { makeTranslate, pickLocale, type Translate } from "../i18n/i18n";
import { language } from "../settings";

/** A language: its BCP 47 tag and its sentences. */
export interface Locale {
  readonly tag: string;
  readonly translate: Translate;
}

/** Return the language of now. */
export async function readLocale(): Promise<Locale> {
  const tag = pickLocale(await language(), navigator.languages);
  return { tag, translate: makeTranslate(tag) };
}
