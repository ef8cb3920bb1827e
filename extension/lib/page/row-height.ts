// How high a row of the list is before the browser has laid it out. Pure; pixels, as measured in Chromium and Firefox.
import type { MatchView } from "../messages/messages.gen";

// base: name and padding; account: a line for each; check: what a check would send. Targets are larger in the tab.
const ROWS = {
  wide: { base: 53, account: 48, check: 22 },
  narrow: { base: 100, account: 48, check: 40 },
  popup: { base: 60, account: 48, check: 40 },
} as const;
/** Where the list is: in the tab, in one as narrow as a telephone, in the popup. */
export type Layout = keyof typeof ROWS;

/** Return the height that a person's row will have, about. */
export function estimatedHeight({ accounts }: MatchView, layout: Layout): number {
  const { base, account, check } = ROWS[layout];
  const unchecked = accounts.filter(({ listed }) => !listed).length;
  return base + accounts.length * account + unchecked * check;
}
