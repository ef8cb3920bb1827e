// How far the reading of a list on x.com is, as a sentence. Pure.
import type { Reading } from "../messages/reading";
import type { Translate } from "./i18n";

type Progress = Pick<Reading, "read" | "total" | "isComplete" | "isCutShort">;

/** Return how far a reading is, in a sentence. */
export function progressOf({ read, total, isComplete, isCutShort }: Progress, translate: Translate): string {
  if (isComplete) return translate("reading.complete", { read });
  if (total === null) return translate("reading.so_far", { read });
  return translate(isCutShort ? "reading.cut_short" : "reading.progress", { read, total });
}
