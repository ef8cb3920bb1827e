// The works that the page waits for, the steps of each in their order, and what these are called.
import type { Key } from "../i18n/i18n";
import type { Events, WorkView } from "../messages/messages.gen";

// Following has its own place and goes on beside everything.
export const WORKS = [
  "archive.open",
  "archive.replace",
  "directory.update",
  "match.find",
  "backup.restore",
] as const;
export type WorkName = (typeof WORKS)[number];
export type Step = WorkView["step"] | Exclude<Events["engine.progress"]["step"], "ready">;

/** How far a work is; `total` 0 while that is not known. */
export interface Progress {
  readonly step: Step;
  readonly done: number;
  readonly total: number;
}

export const STEPS: Readonly<Record<WorkName, readonly Step[]>> = {
  "archive.open": ["runtime", "packages", "reading", "directory", "matching"],
  "archive.replace": ["runtime", "packages", "directory", "matching"],
  "directory.update": ["runtime", "packages", "directory", "matching"],
  "match.find": ["runtime", "packages", "matching"],
  "backup.restore": ["runtime", "packages", "directory", "matching"],
};

/** The steps of the engine's own start. */
export const ENGINE_STEPS: ReadonlySet<Step> = new Set<Step>(["runtime", "packages"]);

/** What each work is called, above its steps. */
export const WORK_NAMES: Readonly<Record<WorkName, Key>> = {
  "archive.open": "work.archive",
  "archive.replace": "work.replace",
  "directory.update": "work.directory_only",
  "match.find": "work.directory_only",
  "backup.restore": "work.restore",
};

export const STEP_NAMES: Readonly<Record<Step, Key>> = {
  runtime: "work.runtime",
  packages: "work.packages",
  reading: "work.reading",
  directory: "work.directory",
  matching: "work.matching",
  following: "work.following",
};
