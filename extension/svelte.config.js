// Svelte's settings for svelte-check and eslint; the build takes its own from WXT's module. Svelte 5 reads types by itself.
export default { compilerOptions: { runes: true } };
