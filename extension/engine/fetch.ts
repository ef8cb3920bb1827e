// One HTTP request for Python: plain, or signed by the sessions module when it is made for an account.
import { authorizedFetch, SessionError } from "../lib/sessions";

/** A core Request in JavaScript's types; `timeout` in seconds, `limit` in bytes of the answer's body. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly account: string | undefined;
  readonly timeout: number;
  readonly limit: number | undefined;
  readonly may_redirect: boolean;
}

/** A core Response, or the code of the error that the core raises instead. */
export type Answered =
  | {
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: Uint8Array<ArrayBuffer>;
    }
  | { readonly code: string; readonly params: Record<string, string> };

// Nobody whom we ask learns who asks, as far as we can help it; what is worth keeping the engine keeps itself.
const PLAIN: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
};

/** Send one request and give what came of it; never throws for what a network or a server does. */
export async function answer(asked: Asked): Promise<Answered> {
  try {
    if (asked.account === undefined) return await plain(asked);
    const { method, url: path, headers, body, timeout } = asked;
    return await authorizedFetch(asked.account, {
      method,
      path,
      headers,
      body: body ?? null,
      timeout,
    });
  } catch (error) {
    if (error instanceof SessionError) return { code: error.code, params: error.params };
    if (isUnreachable(error)) return { code: "server_unreachable", params: { host: hostOf(asked.url) } };
    throw error;
  }
}

async function plain({ method, url, headers, body, timeout, limit, may_redirect }: Asked): Promise<Answered> {
  const signal = AbortSignal.timeout(timeout * 1000);
  // Whom we asked answers, or nobody: a redirect would tell a third party, so the core says where that is meant. No
  // browser lets an https page be sent on to http.
  const redirect = may_redirect ? "follow" : "error";
  const response = await fetch(url, { ...PLAIN, method, headers, body: body ?? null, redirect, signal });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body:
      limit === undefined ? new Uint8Array(await response.arrayBuffer()) : await readStart(response, limit),
  };
}

/** Read the first `limit` bytes of a body; the rest is not taken from the network. */
async function readStart(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const start = new Uint8Array(limit);
  let length = 0;
  const reader = response.body?.getReader();
  while (reader && length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    start.set(value.subarray(0, limit - length), length);
    length = Math.min(limit, length + value.length);
  }
  await reader?.cancel();
  return start.slice(0, length);
}

// fetch() reports every failure to reach a server as a TypeError, and a missed deadline as a DOMException.
function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
