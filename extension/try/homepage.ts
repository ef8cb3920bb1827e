// Where people read about Passerelle: vite.config.ts puts it in, from build/identity.toml.
declare const HOMEPAGE: string;

export const homepage = HOMEPAGE;
