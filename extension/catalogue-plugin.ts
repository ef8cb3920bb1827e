// The catalogues in the build: without the sentences of the server's pages and of the stores, and the manifest's texts made from them.
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const FOLDER = new URL("locales/", import.meta.url);
// PREFIX in backend/passerelle_directory/web/languages.py, and in tests/store/listing.py.
const OF_OTHERS = ["site.", "store."];
// Bundled by itself, and started again and again: it gets the sentences that its own code names, the pages get all.
const BACKGROUND = "background.js";
const PLACEHOLDER = /(["'`])__SENTENCES_([\w-]+)__\1/g;

type Catalogue = Readonly<Record<string, string>>;

/** Leave out of every catalogue what only the server's pages or the stores say, and all space between entries. */
export const extensionSentences: Plugin = {
  name: "extension-sentences",
  enforce: "pre",
  apply: "build",
  load(id) {
    const [, code] = /\/locales\/([^/]+)\.json\?raw$/.exec(id) ?? [];
    return code === undefined ? undefined : `export default "__SENTENCES_${code}__"`;
  },
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
    const isNeeded = BACKGROUND in bundle ? namedIn(chunks.map(({ code }) => code).join("\n")) : () => true;
    for (const chunk of chunks)
      chunk.code = chunk.code.replace(PLACEHOLDER, (_all, _quote, code: string) =>
        JSON.stringify(bundled(read(code), isNeeded)),
      );
  },
};

/** Return whether JavaScript names a sentence: as a whole, or by the beginning of a key that it puts together. */
export function namedIn(code: string): (key: string) => boolean {
  const whole = new Set([...code.matchAll(/(["'`])([a-z_]+\.[\w.]+)\1/g)].map(([, , key]) => key));
  const starts = [...code.matchAll(/`([a-z_]+\.[\w.]*)\$\{|"([a-z_]+\.[\w.]*)" ?\+/g)];
  const beginnings = starts.map(([, template, sum]) => template ?? sum ?? "");
  return (key) => whole.has(key) || beginnings.some((start) => key.startsWith(start));
}

/** Return `_locales/<code>/messages.json` of the package for each catalogue. https://developer.chrome.com/docs/extensions/reference/api/i18n */
export function manifestTexts(): { relativeDest: string; contents: string }[] {
  return readdirSync(FOLDER).map((name) => {
    const code = name.replace(/\.json$/, "");
    return { relativeDest: `_locales/${code}/messages.json`, contents: messages(read(code)) };
  });
}

function read(code: string): Catalogue {
  return JSON.parse(readFileSync(new URL(`${code}.json`, FOLDER), "utf8")) as Catalogue;
}

function bundled(catalogue: Catalogue, isNeeded: (key: string) => boolean): string {
  const isOwn = (key: string) => !OF_OTHERS.some((family) => key.startsWith(family));
  const needed = Object.entries(catalogue).filter(([key]) => isOwn(key) && isNeeded(key));
  return JSON.stringify(Object.fromEntries(needed));
}

function messages(catalogue: Catalogue): string {
  const texts = { name: catalogue["app.name"], description: catalogue["manifest.description"] };
  const entries = Object.entries(texts).map(([name, message]) => [name, { message }]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
