// The languages: every catalogue in locales/. A file there is a language; its texts are parsed when they are first needed.
import type english from "../../locales/en.json";

/** A sentence of the extension; those of the server's pages and of the stores stand in the same files. */
export type Key = Exclude<keyof typeof english, `site.${string}` | `store.${string}`>;
/** The name of a catalogue: an ISO 639 code. */
export type Language = string;
export type Catalogue = Readonly<Record<Key, string>>;

export const FALLBACK: Language = "en";

// Path -> JSON text. The build leaves out the sentences of the server's pages and of the stores: catalogue-plugin.ts.
const TEXTS = import.meta.glob<string>("../../locales/*.json", {
  eager: true,
  query: "?raw",
  import: "default",
});
const BY_LANGUAGE = new Map(Object.entries(TEXTS).map(([path, text]) => [codeOf(path), text]));

export const LANGUAGES: readonly Language[] = [...BY_LANGUAGE.keys()];

const parsed = new Map<Language, Catalogue>();

/** Return the sentences of one of `LANGUAGES`. */
export function catalogueOf(language: Language): Catalogue {
  const known = parsed.get(language);
  if (known) return known;
  const catalogue = JSON.parse(BY_LANGUAGE.get(language) ?? "{}") as Catalogue;
  parsed.set(language, catalogue);
  return catalogue;
}

// "../../locales/fr.json" -> "fr"
function codeOf(path: string): Language {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}
