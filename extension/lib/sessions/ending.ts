// When a session ends by itself. Pure.
import type { Account, Session } from "./records";

const DAY = 86_400_000; // milliseconds
/** A session of a public client ends this long after its sign-in: https://atproto.com/specs/oauth, "Session Lifetime". */
const LIFE = 14 * DAY;
/** From then on the person is reminded, so that they can choose the moment. */
const REMINDED_AFTER = 10 * DAY;

/** Return the ISO time at which a session ends by itself, or null where it does not. */
export function endOf({ kind, signedInAt }: Pick<Session, "kind" | "signedInAt">): string | null {
  return kind === "oauth" ? new Date(Date.parse(signedInAt) + LIFE).toISOString() : null;
}

/** Return whether a running session ends so soon that the person is to be reminded. */
export function isEndingSoon({ endsAt, expired }: Pick<Account, "endsAt" | "expired">, now: Date): boolean {
  if (endsAt === null || expired) return false;
  return now.getTime() >= Date.parse(endsAt) - (LIFE - REMINDED_AFTER);
}
