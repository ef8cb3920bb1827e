// The records of signing in: what a person gives, what is kept, what pages may see, and the one error.

/** What a person signs in with. `pds` is the account's own server, found by the engine; the password is never stored. */
export interface Credentials {
  did: string;
  handle: string;
  pds: string;
  password: string;
  /** The code that the server sent by mail, where the account asks for one. */
  code?: string;
}

export interface Tokens {
  access: string;
  refresh: string;
}

/** One sign-in as it is kept. `tokens` is null once the server has ended it. */
export interface Session {
  kind: "app-password";
  did: string;
  handle: string;
  pds: string;
  tokens: Tokens | null;
  signedInAt: string;
}

/** One sign-in as pages see it: no token in it. */
export interface Account {
  kind: Session["kind"];
  did: string;
  handle: string;
  pds: string;
  expired: boolean;
}

export interface Call {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | null;
  /** Seconds. */
  timeout?: number;
  /** Bytes of the answer's body; the rest is cut off. */
  limit?: number;
}

/** A server's answer; header names are lower case. */
export interface Reply {
  host: string;
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  url: string;
}

/** Send a call to a server. Throws SessionError("server_unreachable") without an answer in time; every status is a Reply. */
export type Send = (server: string, call: Call) => Promise<Reply>;

/** Why signing in or a signed request failed; `code` has a sentence in every catalogue. Carries no secret. */
export class SessionError extends Error {
  constructor(
    readonly code: string,
    readonly params: Record<string, string> = {},
  ) {
    super(code);
    this.name = "SessionError";
  }
}
