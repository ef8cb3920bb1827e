// Svelte's settings for svelte-check and eslint; the build takes its own from WXT's module.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default { preprocess: vitePreprocess(), compilerOptions: { runes: true } };
