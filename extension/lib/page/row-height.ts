// How high a row of the list is before the browser has laid it out. Pure; pixels, as measured in Chromium and Firefox.
import type { MatchView } from "../messages/messages.gen";

const WIDE = { base: 46, account: 40, check: 22 }; // name and padding; a line for each account; what a check would send
const NARROW = { base: 60, account: 48, check: 40 };

/** Return the height that a person's row will have, about. */
export function estimatedHeight({ accounts }: MatchView, isNarrow: boolean): number {
  const { base, account, check } = isNarrow ? NARROW : WIDE;
  const unchecked = accounts.filter(({ listed }) => !listed).length;
  return base + accounts.length * account + unchecked * check;
}
