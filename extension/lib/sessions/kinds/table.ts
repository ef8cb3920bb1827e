// Every kind of session.
import type { ClientParts } from "../bluesky/client";
import { makeOauth } from "../bluesky/kind";
import { mastodon } from "../mastodon/kind";
import type { Session } from "../records";
import type { Records } from "../store";
import { appPassword } from "./app-password";
import type { Kind } from "./kind";

type SessionOf<K extends Session["kind"]> = Extract<Session, { kind: K }>;

/** Return a function that returns what the kind of a session can do; `records`: where these sessions are stored. */
export function makeKinds(parts: ClientParts, announce: () => void, records: Records) {
  const kinds: { readonly [K in Session["kind"]]: Kind<SessionOf<K>> } = {
    "app-password": appPassword,
    oauth: makeOauth(parts, announce, records),
    mastodon,
  };
  return <S extends Session>(session: S) => kinds[session.kind] as unknown as Kind<S>;
}
