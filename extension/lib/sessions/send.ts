// One HTTP request to an account's own server: no cookies, no referrer, a deadline, a bounded answer.
import { DEFAULT_LIMIT, readStart } from "../body";
import { isPublicHost, publicHost } from "../rules/hosts";
import { countedFetch } from "../sent/fetch";
import { purposeOfSession } from "../sent/purposes";
import { type Call, type Reply, SessionError } from "./records";

const SIGN_IN = "authorization"; // the header
const TIMEOUT = 30; // seconds, as core/passerelle/transport.py

/** Send a call. Throws SessionError("server_unreachable") without an answer in time. */
export async function send(
  server: string,
  {
    method,
    path,
    headers = {},
    body = null,
    timeout = TIMEOUT,
    limit = DEFAULT_LIMIT,
    mayRedirect = false,
  }: Call,
): Promise<Reply> {
  const url = new URL(path, server);
  // A token must not travel to another host, whatever the path says ("//elsewhere", "https://elsewhere").
  if (url.origin !== new URL(server).origin) throw new SessionError("server_error", { host: url.host });
  try {
    const signal = AbortSignal.timeout(timeout * 1000);
    const redirect = mayRedirect ? "follow" : "error";
    const why = purposeOfSession(url, new Headers(headers).has(SIGN_IN));
    const response = await countedFetch(url, { method, headers, body, signal, redirect, ...PLAIN }, why);
    if (response.redirected && publicHost(response.url) === null) {
      await response.body?.cancel();
      throw new SessionError("server_error", { host: url.host });
    }
    return {
      host: url.host,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await readStart(response, limit),
      url: response.url,
    };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException)
      throw new SessionError("server_unreachable", { host: url.host });
    throw error;
  }
}

const PLAIN: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
};

/** fetch() for a library: https and public hosts only, no cookies, no referrer, a deadline. Throws SessionError. */
export const strictFetch: typeof globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  const { host, hostname, protocol } = url;
  if (protocol !== "https:" || !isPublicHost(hostname)) throw new SessionError("server_not_public", { host });
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT * 1000)]);
    const why = purposeOfSession(url, request.headers.has(SIGN_IN));
    return await countedFetch(request, { signal, ...PLAIN }, why);
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException)
      throw new SessionError("server_unreachable", { host });
    throw error;
  }
};
