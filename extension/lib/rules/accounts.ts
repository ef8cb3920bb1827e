// Which accounts a badge may show for one person: those of the directory's row, and those that their profile on X names. Pure.
import type { DirectoryRow } from "./rows";
import type { AccountView, HintView, ProfileHints } from "../messages/messages.gen";

/** What is known about a person: the directory's row, what their profile on X names, or both. */
export interface Known {
  readonly row: DirectoryRow | null;
  readonly profile: ProfileHints | null;
}

export interface KnownAccount {
  readonly network: AccountView["network"];
  readonly address: string;
  readonly did: string | null;
  readonly url: string;
  /** Whether the directory has it. */
  readonly listed: boolean;
  /** What their profile says about it, if it names it. */
  readonly hint: HintView | null;
}

/** Return the accounts, those of the directory first; an account that both name comes once. */
export function knownAccounts({ row, profile }: Known): KnownAccount[] {
  const hints = profile?.hints ?? [];
  const listed = row ? listedAccounts(row) : [];
  const named = hints.filter((hint) => !listed.some((account) => isOf(hint, account))).map(hintedAccount);
  return [
    ...listed.map((account) => ({ ...account, hint: hints.find((hint) => isOf(hint, account)) ?? null })),
    ...named,
  ];
}

/** Return whether one of these accounts is followed: then a badge shows a tick, and its label says so. */
export function isFollowed(accounts: readonly { readonly state: AccountView["state"] }[]): boolean {
  return accounts.some(({ state }) => state === "following");
}

/** Return what the engine calls an account by while it is being followed. */
export function accountKey({ did, address }: Pick<KnownAccount, "did" | "address">): string {
  return did ?? address.toLowerCase();
}

// As core/passerelle/matching/match.py, list_accounts.
function listedAccounts({ did, handle, acct }: DirectoryRow): KnownAccount[] {
  const accounts: KnownAccount[] = [];
  const key = did ?? handle;
  if (key !== null)
    accounts.push({
      network: "bluesky",
      address: handle ?? key,
      did,
      url: `https://bsky.app/profile/${key}`,
      listed: true,
      hint: null,
    });
  if (acct !== null)
    accounts.push({
      network: "fediverse",
      address: acct,
      did: null,
      url: fediverseUrl(acct),
      listed: true,
      hint: null,
    });
  return accounts;
}

// Every fediverse software in use answers or redirects there: core/passerelle/networks/fediverse/mastodon.py, profile_url.
function fediverseUrl(acct: string): string {
  const [username = "", domain = ""] = acct.split("@");
  return `https://${domain}/@${username}`;
}

function hintedAccount(hint: HintView): KnownAccount {
  const { network, address, url, check } = hint;
  return {
    network,
    address,
    did: check?.did ?? null,
    url,
    listed: false,
    hint,
  };
}

// By the dids where both are known, because handles move between accounts; else by address. As is_account in the core.
function isOf({ network, address, check }: HintView, account: KnownAccount): boolean {
  if (network !== account.network) return false;
  if (check?.did && account.did !== null) return check.did === account.did;
  return address === account.did || address.toLowerCase() === account.address.toLowerCase();
}
