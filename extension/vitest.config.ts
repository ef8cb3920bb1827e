// Tests of the extension's TypeScript; they live in tests/extension, whose node_modules is a link to ours.
import { readFileSync } from "node:fs";
import { compileModule } from "svelte/compiler";
import { defineConfig, type Plugin } from "vitest/config";
import { WxtVitest } from "wxt/testing/vitest-plugin";

// WXT's module compiles runes in the build only; after esbuild has removed the types, as the build does.
const runes: Plugin = {
  name: "svelte-runes",
  enforce: "post",
  transform: (code, id) =>
    /\.svelte(?:\.test)?\.ts$/.test(id)
      ? compileModule(code, { filename: id, generate: "client" }).js
      : undefined,
};

export default defineConfig({
  define: {
    OAUTH_CLIENT: readFileSync(new URL("../build/oauth-client-metadata.json", import.meta.url), "utf8"),
  },
  plugins: [WxtVitest(), runes],
  // Runes, stores and reactive collections react in Svelte's browser build only, which Node would not choose.
  ssr: { resolve: { conditions: ["browser", "module", "node", "development|production"] } },
  test: {
    dir: "../tests/extension",
    include: ["**/*.test.ts"],
    environment: "node",
    server: { deps: { inline: ["svelte"] } },
    setupFiles: ["../tests/extension/quiet_console.ts"],
  },
});
