// The question before an archive replaces the one of another account, or of one that is not known.
import type { Key } from "../i18n/i18n";
import type { ArchiveView } from "../messages/messages.gen";

/** Return the title of the question: another account's archive, or one that does not say whose it is. */
export function questionTitle({ account }: Pick<ArchiveView, "account">): Key {
  return account.screen_name || account.rest_id ? "other.title" : "other.title_unknown";
}
