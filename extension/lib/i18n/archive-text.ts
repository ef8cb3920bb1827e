// What is said about an archive and about the result of looking for its people: only what is known. Pure.
import { isKey, type Translate } from "./i18n";
import type { ArchiveView, MatchesView, WarningView } from "../messages/messages.gen";

type Counted = Pick<ArchiveView, "origin" | "followers" | "following" | "warnings">;
type Noted = Counted & Pick<ArchiveView, "exported_at" | "pages_read_at" | "named_following">;

const OLD = 365 * 24 * 3600 * 1000; // milliseconds; as NAME_MAX_AGE in core/passerelle/matching/

// Numbers that come from a list, and the warning that says that the archive lacks it. 0 of a list that was never read is no
// number of people.
const LISTS = {
  following: { warning: "following_missing", counts: ["following", "mutuals"] },
  followers: { warning: "followers_missing", counts: ["followers", "mutuals"] },
} as const;

/** Return whether a list of people was read, in the archive or on X. */
export function isListKnown(archive: Counted, list: keyof typeof LISTS): boolean {
  const isMissing = archive.warnings.some(({ code }) => code === LISTS[list].warning);
  return archive[list] > 0 || (archive.origin !== "pages" && !isMissing);
}

/** Return whether a number of the archive's is known: `following`, `followers`, `mutuals`, or one that needs no list. */
export function isKnown(archive: Counted, field: string): boolean {
  return (Object.keys(LISTS) as (keyof typeof LISTS)[]).every(
    (list) => isListKnown(archive, list) || !LISTS[list].counts.some((count) => count === field),
  );
}

/** Return how many of the people were found, in a sentence about the list that was read. */
export function foundText(
  { following, found, found_followers }: Pick<MatchesView, "following" | "found" | "found_followers">,
  archive: Counted | null,
  translate: Translate,
): string {
  return archive && !isListKnown(archive, "following")
    ? translate("found.followers", { found: found_followers })
    : translate("found.title", { following, found });
}

/** Return the notes on an archive: where its names come from and how old it is, and its warnings that still hold. */
export function notesOf(
  archive: Noted,
  now: Date,
  translate: Translate,
): { readonly notes: readonly string[]; readonly warnings: readonly string[] } {
  const { origin, exported_at, pages_read_at, named_following: named, following } = archive;
  const isOld = exported_at !== null && now.getTime() - new Date(exported_at).getTime() > OLD;
  const names =
    origin === "archive"
      ? translate("archive.names", { named, following })
      : translate("archive.with_pages", { date: new Date(pages_read_at ?? 0), named });
  return {
    notes: [names, ...(isOld && origin === "archive" ? [translate("archive.old")] : [])],
    warnings: archive.warnings
      .filter(({ code }) => !isAnswered(archive, code))
      .map((warning) => warningText(warning, translate)),
  };
}

// A list that the archive lacks was read on X since.
function isAnswered(archive: Counted, code: string): boolean {
  return (Object.keys(LISTS) as (keyof typeof LISTS)[]).some(
    (list) => LISTS[list].warning === code && isListKnown(archive, list),
  );
}

function warningText({ code, file, message }: WarningView, translate: Translate): string {
  const key = `warning.${code}`;
  return translate(isKey(key) ? key : "warning.other", { file: file ?? "", message });
}
