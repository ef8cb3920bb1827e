// What the OAuth client throws -> our one error, which names the cause.
import {
  FetchResponseError,
  OAuthCallbackError,
  OAuthResolverError,
  OAuthResponseError,
  TokenInvalidError,
  TokenRefreshError,
  TokenRevokedError,
} from "@atproto/oauth-client";
import { SessionError } from "../records";

// Errors of OAuth by name: RFC 6749, RFC 9449, and https://atproto.com/specs/oauth
const BY_NAME: Readonly<Record<string, string>> = {
  access_denied: "sign_in_denied",
  invalid_dpop_proof: "clock_wrong", // a proof's time is all that can be wrong with ours
  invalid_client_metadata: "client_unknown",
  invalid_client: "client_unknown",
  invalid_scope: "scope_missing",
};

/** Return the SessionError for what the client threw while it talked to `host`. */
export function toSessionError(thrown: unknown, host: string): SessionError {
  const causes = chainOf(thrown);
  const own = causes.find((one) => one instanceof SessionError); // of our own fetch: the server did not answer
  const code = causes.some(isOver) ? "session_expired" : causes.map(codeOf).find((one) => one !== null);
  return own ?? new SessionError(code ?? "server_error", { host });
}

function codeOf(error: Error): string | null {
  if (error instanceof OAuthResponseError) return BY_NAME[error.error ?? ""] ?? byStatus(error.status);
  if (error instanceof FetchResponseError)
    return error.statusCode < 500 ? "server_without_oauth" : "server_error";
  if (error instanceof OAuthCallbackError) return BY_NAME[error.params.get("error") ?? ""] ?? null;
  if (error instanceof OAuthResolverError) return error.cause ? null : "server_without_oauth";
  return null;
}

function isOver(error: Error): boolean {
  return [TokenRefreshError, TokenRevokedError, TokenInvalidError].some((one) => error instanceof one);
}

function byStatus(status: number): string {
  if (status === 429) return "rate_limited";
  return status >= 500 ? "server_error" : "sign_in_failed";
}

// An error and its causes, the innermost first: that is the most exact.
function chainOf(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = thrown; one instanceof Error; one = one.cause) chain.unshift(one);
  return chain;
}
