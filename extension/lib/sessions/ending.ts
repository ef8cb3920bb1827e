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

/**
 * Return whether a session has ended by itself: its server refuses it from then on, so nothing has to be tried first. A
 * clock that is wrong changes nothing for good, since nothing is stored.
 */
export function isOver(session: Pick<Session, "kind" | "signedInAt">, now: Date): boolean {
  const end = endOf(session);
  return end !== null && now.getTime() >= Date.parse(end);
}

/** Return whether a running session ends so soon that the person is to be reminded. */
export function isEndingSoon({ endsAt, expired }: Pick<Account, "endsAt" | "expired">, now: Date): boolean {
  if (endsAt === null || expired) return false;
  return now.getTime() >= Date.parse(endsAt) - (LIFE - REMINDED_AFTER);
}
