// What the bar on x.com says while a list is being read. Pure.
import { directionOf, errorSentence, type Key, languageOf } from "../i18n/i18n";
import { progressOf } from "../i18n/reading-text";
import type { Reading } from "../messages/reading";
import type { ReadingView } from "../messages/views";
import type { Locale } from "./speech";

/** Where the bar stands: who is signed in there, and whether this page is the list itself. */
export interface Place {
  readonly screenName: string | null;
  readonly isList: boolean;
}

/** Return the bar's sentences for a reading, on a page. */
export function makeReadingView(
  reading: Reading,
  { screenName, isList }: Place,
  { tag, translate }: Locale,
): ReadingView {
  const { kind, read, total, isComplete, error } = reading;
  const title = translate("reading.title", { kind });
  const isThere = isList || isComplete;
  return {
    language: tag,
    direction: directionOf(languageOf(tag)),
    title,
    progress: isThere ? progressOf(reading, translate) : title,
    hint: error ? errorSentence(translate, error) : translate(hintKey(reading, { screenName, isList })),
    link: isThere || screenName === null ? null : translate("reading.open"),
    end: isList && !isComplete ? translate("reading.end") : null,
    close: translate(isComplete ? "badge.close" : "reading.stop"),
    read,
    total,
  };
}

function hintKey({ isComplete, isCutShort }: Reading, { screenName, isList }: Place): Key {
  if (isComplete) return "reading.hint_complete";
  if (isList) return isCutShort ? "reading.hint_cut_short" : "reading.hint";
  return screenName === null ? "reading.hint_signed_out" : "reading.hint_elsewhere";
}
