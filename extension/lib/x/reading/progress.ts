// How far a reading is, as a sentence. Pure.
import type { Translate } from "../../i18n/i18n";
import type { Reading } from "../../background/reading";

/** Say how far a reading is. */
export function progressOf({ read: count, total, isComplete }: Reading, translate: Translate): string {
  if (isComplete) return translate("reading.complete", { read: count });
  return total === null
    ? translate("reading.so_far", { read: count })
    : translate("reading.progress", { read: count, total });
}
