// Lint rules for the extension's TypeScript and Svelte.
import { fileURLToPath } from "node:url";
import globals from "globals";
import svelte from "eslint-plugin-svelte";
import typescript from "typescript-eslint";

export default typescript.config(
  { ignores: [".output/", ".wxt/", "node_modules/", "public/", "lib/messages/messages.gen.ts"] },
  ...typescript.configs.strictTypeChecked,
  ...typescript.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.worker, ...globals.webextensions },
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", ".dependency-cruiser.cjs"] },
        tsconfigRootDir: fileURLToPath(new URL(".", import.meta.url)),
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      // Numbers are safe to show as they are.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // "() => doIt()" reads as what it does; and an empty name is as good as none.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: typescript.parser } },
  },
  {
    // What leaves this computer is counted in one place. X's own world listens to X's own requests, and sends none.
    ignores: ["lib/sent/fetch.ts", "lib/packaged.ts", "entrypoints/x-reader.content.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "RTCPeerConnection"].map(
          (name) => ({
            name,
            message: "Requests leave by lib/sent/fetch.ts; files of the package are read by lib/packaged.ts.",
          }),
        ),
      ],
      "no-restricted-properties": [
        "error",
        { object: "navigator", property: "sendBeacon" },
        ...["globalThis", "self", "window"].map((object) => ({ object, property: "fetch" })),
      ],
    },
  },
  { files: ["**/*.js", "**/*.cjs", "**/*.mjs"], ...typescript.configs.disableTypeChecked },
);
