// The kinds of session: how each signs in, renews itself and ends. One entry for app passwords now; OAuth will be another.
import { type Reply, type Send, SessionError } from "./records";
import type { Credentials, Session, Tokens } from "./records";

/** What a kind of session knows how to do. Each sends requests through `send` and keeps nothing. */
export interface Kind {
  signIn(send: Send, credentials: Credentials): Promise<{ did: string; handle: string; tokens: Tokens }>;
  authorize(session: Session): Record<string, string>;
  isExpired(reply: Reply): boolean;
  /** Return new tokens, or null when the server says that the session is over. Any other answer is thrown as it came. */
  renew(send: Send, session: Session): Promise<Tokens | null>;
  end(send: Send, session: Session): Promise<void>;
}

/** A server's answer to a renewal that is neither new tokens nor "the session has ended"; passed on to the caller. */
export class OtherAnswer extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}

// https://docs.bsky.app/docs/api/com-atproto-server-create-session
const appPassword: Kind = {
  async signIn(send, { did, pds, password, code }) {
    const body = { identifier: did, password, ...(code ? { authFactorToken: code } : {}) };
    const reply = await send(pds, {
      method: "POST",
      path: "/xrpc/com.atproto.server.createSession",
      ...json(body),
    });
    if (reply.status !== 200) throw refusal(reply);
    const answer = tokensIn(reply);
    if (answer?.did !== did) throw new SessionError("server_error", { host: new URL(pds).host });
    return { did, handle: answer.handle, tokens: answer.tokens };
  },

  authorize: (session) => ({ authorization: `Bearer ${session.tokens?.access}` }),

  // The reference server says 400 ExpiredToken, not 401 (@atproto/pds 0.4.217); others say 401.
  isExpired: (reply) => reply.status === 401 || (reply.status === 400 && errorName(reply) === "ExpiredToken"),

  async renew(send, session) {
    const path = "/xrpc/com.atproto.server.refreshSession";
    const reply = await send(session.pds, { method: "POST", path, headers: bearer(session.tokens?.refresh) });
    if (reply.status === 400 || reply.status === 401) return null;
    const answer = reply.status === 200 ? tokensIn(reply) : null;
    if (!answer) throw new OtherAnswer(reply);
    return answer.tokens;
  },

  async end(send, session) {
    const path = "/xrpc/com.atproto.server.deleteSession";
    await send(session.pds, { method: "POST", path, headers: bearer(session.tokens?.refresh) });
  },
};

export const KINDS: Readonly<Record<Session["kind"], Kind>> = { "app-password": appPassword };

// What createSession may answer beside 200, by the name in its body and then by status.
const REFUSALS: Readonly<Record<string, string>> = {
  AuthFactorTokenRequired: "auth_factor_required",
  ExpiredToken: "auth_factor_refused",
  InvalidToken: "auth_factor_refused",
  AccountTakedown: "account_taken_down",
  AccountDeactivated: "account_deactivated",
  RateLimitExceeded: "rate_limited",
};
const STATUS_REFUSALS: Readonly<Record<number, string>> = {
  400: "sign_in_refused",
  401: "sign_in_refused",
  429: "rate_limited",
};

function refusal(reply: Reply): SessionError {
  const byStatus = reply.status >= 500 ? "server_error" : (STATUS_REFUSALS[reply.status] ?? "server_refused");
  return new SessionError(REFUSALS[errorName(reply)] ?? byStatus, { host: reply.host });
}

function json(body: unknown): { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } {
  return {
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

function bearer(token: string | undefined): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function errorName(reply: Reply): string {
  return textField(parsed(reply), "error") ?? "";
}

function tokensIn(reply: Reply): { did: string; handle: string; tokens: Tokens } | null {
  const answer = parsed(reply);
  const [did, handle] = [textField(answer, "did"), textField(answer, "handle")];
  const [access, refresh] = [textField(answer, "accessJwt"), textField(answer, "refreshJwt")];
  return did && handle && access && refresh ? { did, handle, tokens: { access, refresh } } : null;
}

function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(reply.body));
  } catch {
    return null;
  }
}

function textField(value: unknown, name: string): string | null {
  const field: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
  return typeof field === "string" ? field : null;
}
