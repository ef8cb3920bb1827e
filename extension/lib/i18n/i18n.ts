// Sentences for people: picks a language, formats ICU messages from the catalogues in locales/. Pure; state is in i18n.svelte.ts.
import { IntlMessageFormat } from "intl-messageformat";
import { displayText, isolate } from "../rules/text";
import { type Catalogue, catalogueOf, FALLBACK, type Key, type Language, LANGUAGES } from "./catalogues";

export { catalogueOf, type Key, type Language, LANGUAGES };
/** A language, or "auto" for the browser’s. */
export type LanguageSetting = Language;
export type Values = Readonly<Record<string, string | number | Date>>;
export type Translate = (key: Key, values?: Values) => string;

// https://www.unicode.org/iso15924/codelists.html: languages written from right to left
const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar", "ckb", "fa", "he", "ps", "ur"]);

const SELECT = 5; // TYPE.select of @formatjs/icu-messageformat-parser, whose enum vanishes when it is built
const LONGEST_VALUE = 300; // characters of a stranger's text inside one of our sentences

/** Return a stored setting; "auto" for what is none of ours. */
export function parseLanguage(value: unknown): LanguageSetting {
  return LANGUAGES.find((known) => known === value) ?? "auto";
}

/** Return the locale to speak: the chosen language, or the first of `wanted` (BCP 47) that we have, or English. */
export function pickLocale(setting: LanguageSetting, wanted: readonly string[]): string {
  const speaks = (language: Language) => (tag: string) => tag.toLowerCase().split("-")[0] === language;
  if (setting !== "auto") return wanted.find(speaks(setting)) ?? setting;
  return wanted.find((tag) => LANGUAGES.some((language) => speaks(language)(tag))) ?? FALLBACK;
}

/** Return the catalogue's name for a locale that `pickLocale` gave. */
export function languageOf(locale: string): Language {
  return LANGUAGES.find((language) => locale.toLowerCase().split("-")[0] === language) ?? FALLBACK;
}

/** Return a language's own name for itself, to be found by people who cannot read the current one. */
export function languageName(language: Language): string {
  return catalogueOf(language)["language.name"];
}

/** Return whether a native speaker has read the whole catalogue. */
export function isReviewed(language: Language): boolean {
  return catalogueOf(language)["language.reviewed"] === "yes";
}

export function directionOf(language: Language): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** Return the function that makes sentences in `locale`. Text values are untrusted: they are cleaned and isolated. */
export function makeTranslate(locale: string): Translate {
  const catalogue: Catalogue = catalogueOf(languageOf(locale));
  const formats = new Map<Key, IntlMessageFormat>();
  return (key, values = {}) => {
    const format =
      formats.get(key) ?? new IntlMessageFormat(catalogue[key], locale, undefined, { ignoreTag: true });
    formats.set(key, format);
    const choices = choicesIn(format.getAst());
    const shown = Object.entries(values).map(
      ([name, value]) => [name, choices.has(name) ? value : harmless(value)] as const,
    );
    return String(format.format(Object.fromEntries(shown)));
  };
}

/** Return whether the catalogues have a sentence under this name. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(catalogueOf(FALLBACK), key);
}

/** Return the sentence for an error's code; a code without one is a bug of ours, and says so. */
export function errorSentence(translate: Translate, error: { code: string; params?: Values }): string {
  const key = `error.${error.code}`;
  return isKey(key) ? translate(key, { ...NO_PARAMS, ...error.params }) : translate("error.bug");
}

// A sentence may name these; an error that lacks them must still come out as a sentence.
const NO_PARAMS: Values = { host: "?", file: "?", proposal: "?", software: "?", address: "?", labels: "?" };

// Values that only choose between our own words, `{kind, select, ...}`, and are not shown: they are compared as they are.
function choicesIn(elements: ReturnType<IntlMessageFormat["getAst"]>): ReadonlySet<string> {
  return new Set(
    elements.flatMap((element) =>
      (element.type as number) === SELECT && "value" in element ? [element.value] : [],
    ),
  );
}

function harmless(value: string | number | Date): string | number | Date {
  return typeof value === "string" ? isolate(displayText(value, LONGEST_VALUE)) : value;
}
