// Where a bridge shows people who are on one network only, to those who are on the other. Pure.
//
// Bridgy Fed shows those who opted in, as @[handle]@bsky.brid.gy and as [user].[instance].ap.brid.gy:
// https://fed.brid.gy/docs. A handle has letters, digits and hyphens only: https://atproto.com/specs/handle
import type { AccountView, MatchView } from "../messages/messages.gen";

type Network = AccountView["network"];

/** The address under which a bridge shows an account, if its owner allows it, and its page where that is known. */
export interface Bridged {
  readonly network: Network;
  readonly address: string;
  readonly url: string | null;
}

const OTHER: Readonly<Record<Network, (address: string) => Bridged | null>> = {
  bluesky: (handle) =>
    handle.includes(".") ? { network: "fediverse", address: `${handle}@bsky.brid.gy`, url: null } : null, // a did: the bridge needs a handle
  fediverse: (acct) => {
    const [user, server] = acct.split("@");
    if (!user || !server) return null;
    const address = `${user.replace(/[_~]/gu, "-")}.${server}.ap.brid.gy`.toLowerCase();
    return { network: "bluesky", address, url: `https://bsky.app/profile/${address}` };
  },
};

/** Return the address where a bridge may show a person on `networks`, when they have no account of their own there. */
export function bridgedOf(
  match: Pick<MatchView, "accounts">,
  account: AccountView,
  networks: readonly Network[],
): Bridged | null {
  const isThere = match.accounts.some(({ network, rejected }) => networks.includes(network) && !rejected);
  if (isThere || networks.length === 0 || !account.listed || account.rejected) return null;
  if (/[.@]brid\.gy$/u.test(account.address)) return null;
  return OTHER[account.network](account.address);
}
