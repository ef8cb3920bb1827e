// What a mark shows of a row, as a number of four bits that the directory publishes with each key. Pure.
//
// As look_of in core/passerelle/directory/looks.py; both run tests/data/vectors/looks.json.
import type { Grade, Network } from "../messages/messages.gen";
import { ROW_GRADES } from "./rows";

export interface Look {
  readonly grade: Grade;
  readonly networks: readonly Network[];
}

/** The number that says nothing: the row has to be looked up first. */
export const UNKNOWN_LOOK = 0;

const NETWORKS: readonly (readonly Network[])[] = [["bluesky"], ["fediverse"], ["bluesky", "fediverse"]];
const LOOKS: readonly Look[] = ROW_GRADES.flatMap((grade) =>
  NETWORKS.map((networks) => ({ grade, networks })),
);

/** Return what a number of a look means; null for one that says nothing. */
export function lookOf(number: number): Look | null {
  return LOOKS[number - 1] ?? null;
}
