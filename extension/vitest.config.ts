// Tests of the extension's TypeScript; they live in tests/extension, whose node_modules is a link to ours.
import { defineConfig } from "vitest/config";
import { WxtVitest } from "wxt/testing/vitest-plugin";

export default defineConfig({
  plugins: [WxtVitest()],
  test: {
    dir: "../tests/extension",
    include: ["**/*.test.ts"],
    environment: "node",
    setupFiles: ["../tests/extension/quiet_console.ts"],
  },
});
