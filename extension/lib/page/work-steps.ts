// The steps of a work, in their order, and what they are called.
import type { Key } from "../i18n/i18n";
import type { Step, Work } from "./page.svelte";

export const STEPS: Readonly<Record<Work, readonly Step[]>> = {
  "archive.open": ["runtime", "packages", "reading", "directory", "matching"],
  "directory.update": ["runtime", "packages", "directory", "matching"],
  "match.find": ["runtime", "packages", "matching"],
};

export const STEP_NAMES: Readonly<Record<Step, Key>> = {
  runtime: "work.runtime",
  packages: "work.packages",
  reading: "work.reading",
  directory: "work.directory",
  matching: "work.matching",
  following: "work.following",
};
