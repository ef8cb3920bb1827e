// The page on one's own server where an account elsewhere is followed ("remote follow"). Pure.
//
// The server's WebFinger names it: https://socialhub.activitypub.rocks/t/what-is-the-current-spec-for-remote-follow/2020
// Mastodon's stands at one path: config/routes.rb, authorize_interaction
import { publicHost } from "./hosts";

const SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe";
const PLACE = "{uri}";
const MAX_TEMPLATE = 500; // characters

/** Return the follow page for `acct` that a WebFinger document names; null where it names none on a public https server. */
export function namedFollowPage(webfinger: unknown, acct: string): string | null {
  const links = fieldOf(webfinger, "links");
  const link: unknown = Array.isArray(links)
    ? links.find((one: unknown) => fieldOf(one, "rel") === SUBSCRIBE)
    : undefined;
  const template = fieldOf(link, "template");
  if (typeof template !== "string" || template.length > MAX_TEMPLATE || !template.includes(PLACE))
    return null;
  const address = template.replaceAll(PLACE, encodeURIComponent(acct));
  return publicHost(address) === null ? null : address;
}

/** Return Mastodon's follow page for `acct` on the server `host`. */
export function usualFollowPage(host: string, acct: string): string {
  return `https://${host}/authorize_interaction?uri=${encodeURIComponent(acct)}`;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
