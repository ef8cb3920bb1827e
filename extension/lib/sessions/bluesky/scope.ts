// What Passerelle asks a Bluesky server for: https://atproto.com/specs/permission
import type { Session } from "../records";

/** Following and unfollowing, and nothing else: what every sign-in asks for. */
export const FOLLOWING = "atproto repo:app.bsky.graph.follow?action=create&action=delete";

/** One post with its picture: asked for by itself when the person has it posted, and given back when it is there. */
export const POSTING = "atproto repo:app.bsky.feed.post?action=create blob:image/png";

/** What is asked for by a further consent, when the person wants what needs it. */
export const FURTHER = {
  /** Searching accounts. `aud=*`: through whichever AppView the account's server uses. */
  search: "rpc:app.bsky.actor.searchActors?aud=*",
  /** The record that says which X account is theirs; COLLECTION of core/passerelle/claims/records.py. */
  claim: "repo:eu.passerelle.claim?action=create&action=update&action=delete",
  /** Blocking, and undoing it. */
  block: "repo:app.bsky.graph.block?action=create&action=delete",
} as const;

export type Permission = keyof typeof FURTHER;

const GRANTED: Readonly<Record<Permission, RegExp>> = {
  search: /^rpc(:|\?(.*&)?lxm=)app\.bsky\.actor\.searchActors(?![\w.-])/,
  claim: /^repo(:|\?(.*&)?collection=)eu\.passerelle\.claim(?![\w.-])/,
  block: /^repo(:|\?(.*&)?collection=)app\.bsky\.graph\.block(?![\w.-])/,
};

/** Return the scope that a sign-in asks for. */
export function scopeFor(further: readonly Permission[]): string {
  return [FOLLOWING, ...further.map((one) => FURTHER[one])].join(" ");
}

/** Return whether a session may do something on its server; an app password may do what the account may. */
export function may({ kind, tokens }: Session, what: Permission): boolean {
  if (kind !== "oauth") return kind === "app-password";
  const scope = tokens?.rest.scope;
  return typeof scope === "string" && scope.split(" ").some((one) => GRANTED[what].test(one));
}
