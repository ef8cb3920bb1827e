// One HTTP request for Python: plain, or signed by the sessions module when it is made for an account.
import { readStart } from "../lib/body";
import { publicHost } from "../lib/rules/hosts";
import { countedFetch } from "../lib/sent/fetch";
import type { Purpose } from "../lib/sent/purposes";
import { authorizedFetch, type Grant, SessionError } from "../lib/sessions";

/** A core Request in JavaScript's types; `timeout` in seconds, `limit` in bytes of the answer's body. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly account: string | undefined;
  readonly timeout: number;
  readonly limit: number;
  readonly may_redirect: boolean;
  readonly grant: Grant;
  readonly purpose: Purpose;
}

/** A core Response, or the code of the error that the core raises instead. */
export type Answered =
  | {
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: Uint8Array<ArrayBuffer>;
      /** Where the answer came from, after redirects. */
      readonly url: string;
    }
  | { readonly code: string; readonly params: Record<string, string> };

// No cookies, no referrer; what is worth keeping is stored by the engine itself.
const PLAIN: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
};

/** Send one request and return its answer or an error code; never throws for what a network or a server does. */
export async function answer(asked: Asked): Promise<Answered> {
  try {
    if (asked.account === undefined) return await plain(asked);
    const { account, grant, method, url: path, headers, body, timeout, limit } = asked;
    const call = { method, path, headers, body: body ?? null, timeout, limit };
    return await authorizedFetch(account, call, grant);
  } catch (error) {
    if (error instanceof SessionError) return { code: error.code, params: error.params };
    if (isUnreachable(error)) return { code: "server_unreachable", params: { host: hostOf(asked.url) } };
    throw error;
  }
}

async function plain(asked: Asked): Promise<Answered> {
  const { method, url, headers, body, timeout, limit, may_redirect, purpose } = asked;
  const signal = AbortSignal.timeout(timeout * 1000);
  // A redirect would tell a third party, so the core says where one is allowed.
  const redirect = may_redirect ? "follow" : "error";
  const init = { ...PLAIN, method, headers, body: body ?? null, redirect, signal } as const;
  const response = await countedFetch(new URL(url), init, purpose);
  if (response.redirected && publicHost(response.url) === null) {
    await response.body?.cancel();
    return { code: "server_error", params: { host: hostOf(url) } };
  }
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readStart(response, limit),
    url: response.url,
  };
}

// fetch() reports every failure to reach a server as a TypeError, and a missed deadline as a DOMException.
function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
