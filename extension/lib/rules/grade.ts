// What a directory row counts for when it is a person's row, and the doubts to show with it. Pure.
//
// The same rule as in core/passerelle/matching/match.py; both run tests/data/vectors/grade.json.
import type { Grade, HintView } from "../messages/messages.gen";
import type { DirectoryRow } from "./rows";

/** A person and every name that they are known to have had; `screenName` is the one they bear now. */
export interface NamesOfPerson {
  readonly screenName: string;
  readonly restId: string | null;
  readonly aliases: readonly string[];
}

/**
 * `name_contradicts`: the row has this id under a name that is not theirs. `target_contradicts`: the row's handle was
 * checked and belongs to another did. `old_name`: found by a name that is too old.
 */
export type Doubt = "name_contradicts" | "target_contradicts" | "old_name";

export interface Judgement {
  readonly grade: Grade;
  readonly doubts: readonly Doubt[];
}

type GradedRow = Pick<DirectoryRow, "rest_id" | "screen_name" | "name_seen" | "grade" | "did" | "handle">;

const NAME_MAX_AGE = 365; // days, as NAME_MAX_AGE in the core
const CLOCK_TOLERANCE = 1; // days, as CLOCK_TOLERANCE in the core
const DEMOTED_GRADE: Grade = "claimed"; // as DEMOTED_GRADE in the core
const DAY = 24 * 60 * 60 * 1000; // ms

/** Return what a person's row counts for; `hints` are those of their X profile. */
export function judgeRow(
  row: GradedRow,
  person: NamesOfPerson,
  now: Date,
  hints: readonly HintView[] = [],
): Judgement {
  const demoting: Doubt[] = [];
  if (isContradicted(row, person)) demoting.push("name_contradicts");
  const isOld = row.rest_id === null && !isFresh(row.name_seen, now);
  const other = hints.some((hint) => isMover(row, hint));
  if (other) demoting.push("target_contradicts");
  const doubts: Doubt[] = isOld ? ["old_name", ...demoting] : demoting;
  return { grade: demoting.length > 0 ? DEMOTED_GRADE : row.grade, doubts };
}

// As find_mover in core/passerelle/matching/evidence.py.
function isMover({ did, handle }: GradedRow, { address, check }: HintView): boolean {
  return !!check?.did && did !== null && handle === address && check.did !== did;
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
