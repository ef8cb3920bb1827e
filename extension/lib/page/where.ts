// Where people were found, as the rows of charts. Pure; the engine counts (core/passerelle/matching/growth.py).
import type { Key, Translate } from "../i18n/i18n";
import type { DayCounts, GrowthView, LanesView } from "../messages/messages.gen";

/** The coordinates in which the engine draws the line: WIDTH and HEIGHT of core/passerelle/chart.py. */
export const VIEW_BOX = "0 0 600 160";
const PERCENT = 100;

/** One row of a chart: a number of people. */
export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly count: number;
}

type Place = Exclude<keyof DayCounts, "day" | "found">;
const PLACES: readonly (readonly [Place, Key])[] = [
  ["bluesky", "where.bluesky"],
  ["both", "where.both"],
  ["fediverse", "where.fediverse"],
  ["left", "where.left"],
  ["not_found", "where.not_found"],
];
type Group = LanesView["groups"][number]["group"];
const GROUPS: Readonly<Record<Group, Key>> = {
  mutuals: "lanes.group.mutuals",
  media: "lanes.group.media",
  elected: "lanes.group.elected",
  institutions: "lanes.group.institutions",
  companies: "lanes.group.companies",
};

/** Return the counts of the last day: they add up to the followed people. Null before there are some. */
export function today(growth: GrowthView | null): DayCounts | null {
  return growth?.days.at(-1) ?? null;
}

/** Return how many people are in each place. */
export function placesOf(day: DayCounts, t: Translate): Bar[] {
  return PLACES.map(([place, label]) => ({ key: place, label: t(label), count: day[place] }));
}

/** Return how many of the people found are in each group; a person may be in several. */
export function groupsOf({ groups }: Pick<LanesView, "groups">, t: Translate): Bar[] {
  return groups.map(({ group, rest_ids }) => ({
    key: group,
    label: t(GROUPS[group]),
    count: rest_ids.length,
  }));
}

/** Return how many of the people found are on each Mastodon server. */
export function serversOf({ servers }: Pick<LanesView, "servers">): Bar[] {
  return servers.map(({ server, count }) => ({ key: server, label: server, count }));
}

/** Return how long each bar is, in percent of the longest. */
export function widthsOf(rows: readonly Bar[]): number[] {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return rows.map(({ count }) => (PERCENT * count) / most);
}
