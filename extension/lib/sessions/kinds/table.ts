// Every kind of session.
import type { Session } from "../records";
import { mastodon } from "../mastodon/kind";
import { appPassword } from "./app-password";
import type { Kind } from "./kind";

type SessionOf<K extends Session["kind"]> = Extract<Session, { kind: K }>;

const KINDS: { readonly [K in Session["kind"]]: Kind<SessionOf<K>> } = {
  "app-password": appPassword,
  mastodon,
};

/** Return what the kind of a session can do. */
export function kindOf<S extends Session>(session: S): Kind<S> {
  return KINDS[session.kind] as unknown as Kind<S>;
}
