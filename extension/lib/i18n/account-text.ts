// What is said of an account, in list and popover: who says that it is theirs, what came of checking it, how it shows itself. Pure.
import { localDay } from "./dates";
import { isChecked } from "../rules/hints";
import type { Translate } from "./i18n";
import type { AccountView, LookView } from "../messages/messages.gen";
import type { ProfileView, Standing } from "../messages/views";
import { displayText } from "../rules/text";

type Said = Pick<AccountView, "listed" | "hint">;

/** Return the reason why an account is shown: because the directory has it, else how far their own word has been checked. */
export function standingOf({ listed, hint }: Said): Standing {
  if (listed || !hint) return "listed";
  if (!isChecked(hint)) return "unchecked";
  if (hint.check?.state === "linked") return "linked";
  return hint.where === "person" ? "confirmed" : "found";
}

/** Return a loaded profile in sentences. Its texts are a stranger's, as are those of any account. */
export function makeProfileView(
  { display_name, address, description, picture, links_back, hidden }: LookView,
  translate: Translate,
): ProfileView {
  return {
    picture,
    name: displayText(display_name) || address,
    description: displayText(description, LONGEST_DESCRIPTION),
    notes: [
      ...(hidden ? [translate("account.hidden")] : []),
      translate(links_back ? "evidence.links_back" : "account.no_link_back"),
    ],
  };
}

/** Characters of a description that are shown; Bluesky allows 256, Mastodon 500. */
export const LONGEST_DESCRIPTION = 400;

/** Return the sentence on who claims this account, and on the result of its check. */
export function standingText({ listed, hint }: Said, translate: Translate): string {
  if (listed || !hint) return translate(hint ? "account.listed_named" : "account.listed");
  const { check, where, seen } = hint;
  if (standingOf({ listed, hint }) === "confirmed")
    return translate("account.confirmed", { date: localDay(seen) });
  if (where === "bridge") return translate("account.bridged", { date: localDay(seen) });
  return check
    ? translate(`account.${check.state}`, { date: localDay(check.at) })
    : translate("account.says_so", { where });
}

/** Return the sentence on which server is asked when the profile of an account is loaded, under the words of the button that does it. */
export function asksText(
  kind: "check" | "look",
  { network, address }: Pick<AccountView, "network" | "address">,
  translate: Translate,
): string {
  return translate(`account.${kind}_asks_${network}`, { host: address.slice(address.indexOf("@") + 1) });
}
