// Follow a Mastodon account from one's own server, without signing in here: its page is found and opened.
import { finger, parseTyped } from "../sessions/mastodon/server";
import { send } from "../sessions/send";
import { namedFollowPage, usualFollowPage } from "../rules/subscribe";

const ACCT = /^[^\s@]{1,64}@[^\s@/]{1,253}$/;

/** Return the account that this page is about, from the part of its address after "#"; null for anything else. */
export function acctIn(hash: string): string | null {
  try {
    const acct = decodeURIComponent(hash.replace(/^#/, ""));
    return ACCT.test(acct) ? acct : null;
  } catch {
    return null; // no percent-encoding
  }
}

/**
 * Return the follow page for `acct` on the server typed as `server` or `user@server`; null where that server says what it has,
 * and has none. Asks that server only, and only where the whole address was typed. Throws SessionError: invalid_server,
 * bluesky_address.
 */
export async function findFollowPage(typed: string, acct: string): Promise<string | null> {
  const { host, username } = parseTyped(typed);
  const webfinger = username === null ? null : await finger(send, host, `${username}@${host}`);
  return webfinger === null ? usualFollowPage(host, acct) : namedFollowPage(webfinger, acct);
}
