// How Vite makes the web page that needs no extension: npx vite build --config try/vite.config.ts -> .output/try.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "smol-toml";
import { defineConfig, type HtmlTagDescriptor, type Plugin, type PluginOption } from "vite";
import { extensionSentences, sentenceInEveryLanguage } from "../catalogue-plugin";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The plugin that compiles Svelte for the extension, too: WXT's module brings it.
const ofWxt = createRequire(createRequire(import.meta.url).resolve("@wxt-dev/module-svelte"));
const { svelte } = (await import(pathToFileURL(ofWxt.resolve("@sveltejs/vite-plugin-svelte")).href)) as {
  svelte: (options: object) => PluginOption;
};

const { homepage } = parse(readFileSync(at("../../build/identity.toml"), "utf8")) as { homepage: string };

/** The policy in the page itself, for hosts that cannot send headers; the worker has only that of its own headers. */
const POLICY = readFileSync(at("policy.txt"), "utf8").trim();
// These count in headers only: https://www.w3.org/TR/CSP3/#meta-element
const OF_HEADERS = /; frame-ancestors [^;]*/;

/** Put the policy before everything that it covers, and a sentence for browsers without JavaScript. */
const page: Plugin = {
  name: "page",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY.replace(OF_HEADERS, "") },
      injectTo: "head-prepend",
    },
    { tag: "noscript", children: withoutScript(), injectTo: "body" },
  ],
};

function withoutScript(): HtmlTagDescriptor[] {
  return sentenceInEveryLanguage("try.no_script").map(([lang, children]) => ({
    tag: "p",
    attrs: { lang },
    children,
  }));
}

export default defineConfig({
  root: at("."),
  publicDir: at("../public"),
  define: { HOMEPAGE: JSON.stringify(homepage) },
  // A folder above the build's own; browsers as for the extension.
  build: {
    outDir: at("../.output/try"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), extensionSentences, page],
  worker: { format: "es" },
});
