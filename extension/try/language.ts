// The language of the page stands in its address, such as #fr, so that a link can name it and nothing has to be stored.
import { LANGUAGES } from "../lib/i18n/i18n";
import { locale } from "../lib/i18n/i18n.svelte";

/** Use the language that the address names, now and whenever it changes; without one, the browser's. */
export function followHash(): void {
  readHash();
  addEventListener("hashchange", readHash);
}

/** Use one of `LANGUAGES`, or "auto" for the browser's, and name it in the address. */
export function speak(language: string): void {
  locale.setting = language;
  history.replaceState(null, "", language === "auto" ? location.pathname : `#${language}`);
}

function readHash(): void {
  const named = location.hash.slice(1);
  locale.setting = LANGUAGES.includes(named) ? named : "auto";
}
