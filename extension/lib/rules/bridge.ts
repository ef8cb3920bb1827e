// Where the bridge Bridgy Fed shows an account of one network on the other: core/passerelle/networks/bridge.py. Pure.
// https://fed.brid.gy/docs
import type { AccountView } from "../messages/messages.gen";

type Network = AccountView["network"];

/** The account under which the bridge shows another one, if its owner asked for it. */
export interface Copy {
  readonly network: Network;
  readonly address: string;
}

// https://atproto.com/specs/handle
const HANDLE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
const LONGEST_HANDLE = 253;
const BRIDGES = /(?:\.|@)brid\.gy$|@mostr\.pub$/u;

/** Return where the bridge would show an account; null where it has no address for it (a did, a copy). */
export function copyOf({ network, address }: Pick<AccountView, "network" | "address">): Copy | null {
  const written = address.toLowerCase();
  return BRIDGES.test(written) ? null : COPIES[network](written);
}

const COPIES: Readonly<Record<Network, (address: string) => Copy | null>> = {
  bluesky: (handle) =>
    isHandle(handle) ? { network: "fediverse", address: `${handle}@bsky.brid.gy` } : null,
  fediverse: (acct) => {
    const [user = "", server = ""] = acct.split("@");
    const address = `${user.replace(/[_~]/gu, "-")}.${server}.ap.brid.gy`;
    return isHandle(address) ? { network: "bluesky", address } : null;
  },
};

function isHandle(text: string): boolean {
  return text.length <= LONGEST_HANDLE && HANDLE.test(text);
}
