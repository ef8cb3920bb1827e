// The catalogues in the build: without the sentences of the server's pages, and the manifest's texts made from them.
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const FOLDER = new URL("locales/", import.meta.url);
const OF_THE_SERVER = "site."; // PREFIX in backend/passerelle_directory/web/languages.py

type Catalogue = Readonly<Record<string, string>>;

/** Leave out of every catalogue what only the server's pages say, and all space between entries. */
export const extensionSentences: Plugin = {
  name: "extension-sentences",
  enforce: "pre",
  load(id) {
    const [, code] = /\/locales\/([^/]+)\.json\?raw$/.exec(id) ?? [];
    return code === undefined ? undefined : `export default ${JSON.stringify(bundled(read(code)))}`;
  },
};

/** Return `_locales/<code>/messages.json` of the package for each catalogue. https://developer.chrome.com/docs/extensions/reference/api/i18n */
export function manifestTexts(): { relativeDest: string; contents: string }[] {
  return readdirSync(FOLDER).map((name) => {
    const code = name.replace(/\.json$/, "");
    return { relativeDest: `_locales/${code}/messages.json`, contents: messages(read(code)) };
  });
}

/** Return a sentence in each language, with the language's code. */
export function sentenceInEveryLanguage(key: string): [language: string, sentence: string][] {
  return readdirSync(FOLDER).map((name) => {
    const code = name.replace(/\.json$/, "");
    return [code, read(code)[key] ?? ""];
  });
}

function read(code: string): Catalogue {
  return JSON.parse(readFileSync(new URL(`${code}.json`, FOLDER), "utf8")) as Catalogue;
}

function bundled(catalogue: Catalogue): string {
  const own = Object.entries(catalogue).filter(([key]) => !key.startsWith(OF_THE_SERVER));
  return JSON.stringify(Object.fromEntries(own));
}

function messages(catalogue: Catalogue): string {
  const texts = { name: catalogue["app.name"], description: catalogue["manifest.description"] };
  const entries = Object.entries(texts).map(([name, message]) => [name, { message }]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
