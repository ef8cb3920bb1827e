// When to offer the import of the own Mastodon server before following one by one.

/** A day's follows on Mastodon (app/lib/rate_limiter.rb, family `follows`); its import is exempt (mastodon#14207). */
const FOLLOWS_A_DAY = 400;

/** Return whether so many people, planned and waiting, take longer than a day on Mastodon. */
export const offersImport = (planned: number, waiting: number): boolean => planned + waiting > FOLLOWS_A_DAY;

/** Return host and import page of the own account `user@server`. https://docs.joinmastodon.org/user/moving/#import */
export function importPage(account: string): { readonly host: string; readonly url: string } {
  const host = account.slice(account.lastIndexOf("@") + 1);
  return { host, url: `https://${host}/settings/imports` };
}
