// Keep the X account or delete it: the steps of each way, and where on X each is done. Pure.
import type { Key } from "../i18n/i18n";

export const WAYS = ["keep", "delete"] as const;
export type Way = (typeof WAYS)[number];

/** X's own page about archives, where one is asked for. */
export const ARCHIVE_PAGE = "https://x.com/settings/download_your_data";

/** What a step has on the page besides its words: links to X, or a part of its own. */
interface StepShape {
  readonly id: string;
  readonly ways: readonly Way[];
  readonly title: Key;
  readonly about: Key;
  /** Pages of X on which it is done. */
  readonly links: readonly (readonly [url: string, label: Key])[];
  /** What X says about it. */
  readonly source: string | null;
}

export const STEPS = [
  {
    id: "archive",
    ways: WAYS,
    title: "leave.archive",
    about: "leave.archive_about",
    links: [[ARCHIVE_PAGE, "leave.archive_link"]],
    source: "https://help.x.com/en/managing-your-account/how-to-download-your-x-archive",
  },
  {
    id: "join",
    ways: WAYS,
    title: "leave.join",
    about: "leave.join_about",
    links: [],
    source: null,
  },
  {
    id: "profile",
    ways: WAYS,
    title: "leave.profile",
    about: "leave.profile_about",
    links: [["https://x.com/settings/profile", "leave.profile_link"]],
    source: "https://help.x.com/en/managing-your-account/how-to-customize-your-profile",
  },
  {
    id: "post",
    ways: WAYS,
    title: "leave.post",
    about: "leave.post_about",
    links: [],
    source: null,
  },
  {
    id: "protect",
    ways: ["keep"],
    title: "leave.protect",
    about: "leave.protect_about",
    links: [["https://x.com/settings/audience_and_tagging", "leave.protect_link"]],
    source: "https://help.x.com/en/safety-and-security/public-and-protected-posts",
  },
  {
    id: "apps",
    ways: WAYS,
    title: "leave.apps",
    about: "leave.apps_about",
    links: [
      ["https://x.com/settings/connected_apps", "leave.apps_link"],
      ["https://x.com/settings/sessions", "leave.sessions_link"],
    ],
    source: "https://help.x.com/en/managing-your-account/connect-or-revoke-access-to-third-party-apps",
  },
  {
    id: "visit",
    ways: ["keep"],
    title: "leave.visit",
    about: "leave.visit_about",
    links: [],
    source: "https://help.x.com/en/rules-and-policies/inactive-x-accounts",
  },
  {
    id: "deactivate",
    ways: ["delete"],
    title: "leave.deactivate",
    about: "leave.deactivate_about",
    links: [["https://x.com/settings/deactivate", "leave.deactivate_link"]],
    source: "https://help.x.com/en/managing-your-account/how-to-deactivate-x-account",
  },
  {
    id: "away",
    ways: ["delete"],
    title: "leave.away",
    about: "leave.away_about",
    links: [],
    source: "https://help.x.com/en/managing-your-account/how-to-deactivate-x-account",
  },
] as const satisfies readonly StepShape[];
export type StepId = (typeof STEPS)[number]["id"];
export type Step = StepShape & { readonly id: StepId };

/** The way that was chosen, and the steps that were ticked. */
export interface Leaving {
  readonly way: Way;
  readonly done: readonly StepId[];
}

/** Parse what was stored: what this version does not know counts as absent. */
export function parseLeaving(stored: unknown): Leaving {
  const { way, done } = (stored ?? {}) as Partial<Record<keyof Leaving, unknown>>;
  const ticked: readonly unknown[] = Array.isArray(done) ? done : [];
  return {
    way: WAYS.find((one) => one === way) ?? "keep",
    done: STEPS.map(({ id }) => id).filter((id) => ticked.includes(id)),
  };
}

/** Return the same with one step ticked, or not any more. */
export function ticked(leaving: Leaving, step: StepId, isDone: boolean): Leaving {
  const others = leaving.done.filter((id) => id !== step);
  return parseLeaving({ ...leaving, done: isDone ? [...others, step] : others });
}

/** Return the steps of a way, in the order in which they are best done. */
export function stepsOf(way: Way): readonly Step[] {
  return STEPS.filter(({ ways }: StepShape) => ways.includes(way));
}

/** Return how many steps of the chosen way are done. */
export function countDone({ way, done }: Leaving): number {
  return stepsOf(way).filter(({ id }) => done.includes(id)).length;
}
