// Which people may be looked for on a bridge: those who are only on the network one is not signed in to. Pure.
import type { AccountView, MatchView } from "../messages/messages.gen";
import { type Copy, copyOf } from "../rules/bridge";

type Network = AccountView["network"];

/** Return where a bridge may show a person on `networks`, when they have no account there. */
export function bridgedOf(
  match: Pick<MatchView, "accounts">,
  account: AccountView,
  networks: readonly Network[],
): Copy | null {
  const isThere = match.accounts.some(({ network, rejected }) => networks.includes(network) && !rejected);
  if (isThere || networks.length === 0 || !account.listed || account.rejected) return null;
  return copyOf(account);
}
