// Sessions on Bluesky by app password: a token for an hour or two, and one that renews it once.
// https://docs.bsky.app/docs/api/com-atproto-server-create-session
import { bearer, errorName, json, parsed, textField } from "../answers";
import {
  type AppPasswordSession,
  type Call,
  type Credentials,
  type Reply,
  type Send,
  SessionError,
  type Tokens,
} from "../records";
import { type Kind, OtherAnswer } from "./kind";

/** Sign in. Throws SessionError: sign_in_refused, auth_factor_required, rate_limited, server_… */
export async function signIn(
  send: Send,
  { did, pds, password, code }: Credentials,
): Promise<{ handle: string; tokens: Tokens }> {
  const body = { identifier: did, password, ...(code ? { authFactorToken: code } : {}) };
  const path = "/xrpc/com.atproto.server.createSession";
  const reply = await send(pds, { method: "POST", path, ...json(body) });
  if (reply.status !== 200) throw await explained(send, pds, did, refusal(reply));
  const answer = tokensIn(reply);
  if (answer?.did !== did) throw new SessionError("server_error", { host: new URL(pds).host });
  return answer;
}

export const appPassword: Kind<AppPasswordSession> = {
  async fetch(session, call, { send, renewed }) {
    const reply = await send(session.server, signed(call, session));
    if (!isExpired(reply)) return reply;
    const next = await renewed(session, (stored) => renew(send, stored));
    return send(next.server, signed(call, next));
  },

  async end(session, send) {
    const path = "/xrpc/com.atproto.server.deleteSession";
    await send(session.server, { method: "POST", path, headers: bearer(session.tokens?.refresh) });
  },
};

function signed(call: Call, session: AppPasswordSession): Call {
  return { ...call, headers: { ...call.headers, ...bearer(session.tokens?.access) } };
}

// The reference server says 400 ExpiredToken, not 401 (@atproto/pds 0.4.217); others say 401.
function isExpired(reply: Reply): boolean {
  if (isClosed(reply)) return false;
  return reply.status === 401 || (reply.status === 400 && errorName(reply) === "ExpiredToken");
}

// The account, not the session: packages/pds/src/auth-verifier.ts answers 401 for both.
function isClosed(reply: Reply): boolean {
  return /^(?:Account|Repo)(?:Takedown|Takendown|Suspended|Deactivated)$/.test(errorName(reply));
}

/** Return new tokens, or null when the server says that the session is over. Throws OtherAnswer for any other answer. */
async function renew(send: Send, session: AppPasswordSession): Promise<Tokens | null> {
  const path = "/xrpc/com.atproto.server.refreshSession";
  const reply = await send(session.server, {
    method: "POST",
    path,
    headers: bearer(session.tokens?.refresh),
  });
  if ((reply.status === 400 || reply.status === 401) && !isClosed(reply)) return null;
  const answer = reply.status === 200 ? tokensIn(reply) : null;
  if (!answer) throw new OtherAnswer(reply);
  return answer.tokens;
}

// What createSession may answer beside 200, by the name in its body and then by status.
const REFUSALS: Readonly<Record<string, string>> = {
  AuthFactorTokenRequired: "auth_factor_required",
  ExpiredToken: "auth_factor_refused",
  InvalidToken: "auth_factor_refused",
  AccountTakedown: "account_taken_down",
  AccountDeactivated: "sign_in_deactivated",
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

// Of an account that was taken down the reference server says that its app password is wrong:
// packages/pds/src/account-manager/account-manager.ts. What state it is in, it tells anyone.
async function explained(send: Send, pds: string, did: string, error: SessionError): Promise<SessionError> {
  if (error.code !== "sign_in_refused") return error;
  const path = `/xrpc/com.atproto.sync.getRepoStatus?did=${encodeURIComponent(did)}`;
  try {
    const state = textField(parsed(await send(pds, { method: "GET", path })), "status") ?? "";
    const isDown = ["takendown", "suspended"].includes(state);
    return isDown ? new SessionError("account_taken_down", error.params) : error;
  } catch (unanswered) {
    if (unanswered instanceof SessionError) return error;
    throw unanswered;
  }
}

function tokensIn(reply: Reply): { did: string; handle: string; tokens: Tokens } | null {
  const answer = parsed(reply);
  const [did, handle] = [textField(answer, "did"), textField(answer, "handle")];
  const [access, refresh] = [textField(answer, "accessJwt"), textField(answer, "refreshJwt")];
  return did && handle && access && refresh ? { did, handle, tokens: { access, refresh } } : null;
}
