// What each kind of session can do, and what it is given for it.
import type { Call, Reply, Send, Session } from "../records";

/** What a kind may use. `renewed` runs `renew` under the session's lock, unless another context has renewed it already. */
export interface Tools<S extends Session> {
  readonly send: Send;
  /** Return the error that says that a session is over. */
  readonly expired: (session: Session) => Error;
  readonly renewed: (stale: S, renew: (stored: S) => Promise<S["tokens"]>) => Promise<S>;
}

/** One kind of session. It keeps nothing itself. */
export interface Kind<S extends Session> {
  /** Send a call as the session's account. Throws SessionError: not_signed_in, session_expired, server_unreachable. */
  fetch(session: S, call: Call, tools: Tools<S>): Promise<Reply>;
  /** Tell the server that the session is over. Throws SessionError where it does not answer. */
  end(session: S, send: Send): Promise<void>;
}

/** A server's answer to a renewal that is neither new tokens nor "the session has ended"; passed on to the caller. */
export class OtherAnswer extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}
