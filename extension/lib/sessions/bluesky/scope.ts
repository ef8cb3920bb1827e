// What Passerelle asks a Bluesky server for: https://atproto.com/specs/permission
import type { Session } from "../records";

/** Following and unfollowing, and nothing else: what every sign-in asks for. */
export const FOLLOWING = "atproto repo:app.bsky.graph.follow?action=create&action=delete";
/** Searching accounts, by a further consent. `aud=*`: through whichever AppView the account's server uses. */
export const SEARCHING = "rpc:app.bsky.actor.searchActors?aud=*";

const SEARCHES = /^rpc(:|\?(.*&)?lxm=)app\.bsky\.actor\.searchActors\b/;

/** Return whether a session may search accounts on its server; an app password may do what the account may. */
export function maySearch({ kind, tokens }: Session): boolean {
  if (kind !== "oauth") return kind === "app-password";
  const scope = tokens?.rest.scope;
  return typeof scope === "string" && scope.split(" ").some((one) => SEARCHES.test(one));
}
