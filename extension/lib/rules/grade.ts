// What a directory row counts for when it is somebody's row, and the doubts to show with it. Pure.
//
// The same rule as in core/passerelle/matching/match.py; both run tests/data/vectors/grade.json.
import type { Grade } from "../messages/messages.gen";
import type { DirectoryRow } from "./directory";

/** A person and every name that they are known to have had; `screenName` is the one they bear now. */
export interface NamesOfPerson {
  readonly screenName: string;
  readonly restId: string | null;
  readonly aliases: readonly string[];
}

/** `name_contradicts`: the row has this id under a name that is not theirs. `old_name`: found by a name that is too old. */
export type Doubt = "name_contradicts" | "old_name";

export interface Judgement {
  readonly grade: Grade;
  readonly doubts: readonly Doubt[];
}

type GradedRow = Pick<DirectoryRow, "rest_id" | "screen_name" | "name_seen" | "grade">;

const NAME_MAX_AGE = 365; // days, as NAME_MAX_AGE in the core
const CLOCK_TOLERANCE = 1; // days, as CLOCK_TOLERANCE in the core
const DEMOTED_GRADE: Grade = "claimed"; // as DEMOTED_GRADE in the core
const DAY = 24 * 60 * 60 * 1000; // ms

/** Return what a person's row counts for. */
export function judgeRow(row: GradedRow, person: NamesOfPerson, now: Date): Judgement {
  if (isContradicted(row, person)) return { grade: DEMOTED_GRADE, doubts: ["name_contradicts"] };
  const isOld = row.rest_id === null && !isFresh(row.name_seen, now);
  return { grade: row.grade, doubts: isOld ? ["old_name"] : [] };
}

/** Return whether the row has this person's id under a name that none of theirs equals. */
export function isContradicted(
  { rest_id, screen_name }: GradedRow,
  { restId, screenName, aliases }: NamesOfPerson,
): boolean {
  if (restId === null || rest_id !== restId || screen_name === null) return false;
  const name = screen_name.toLowerCase();
  return [screenName, ...aliases].every((known) => known.toLowerCase() !== name);
}

// Whole days in UTC are compared, as dates have no time.
function isFresh(day: string | null, now: Date): boolean {
  if (day === null) return false;
  const age = Math.floor(now.getTime() / DAY) - Date.parse(day) / DAY;
  return -CLOCK_TOLERANCE <= age && age <= NAME_MAX_AGE;
}
