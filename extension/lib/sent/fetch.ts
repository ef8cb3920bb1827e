// The one place where requests leave this computer; every one is counted (log.ts). Nothing else sends any: a lint rule and
// tests/extension/sent.test.ts hold that.
import { note } from "./log";
import type { Purpose } from "./purposes";

/** fetch(), counted. A host to which the answer was redirected is counted, too; the browser does not name those between. */
export async function countedFetch(input: URL | Request, init: RequestInit, why: Purpose): Promise<Response> {
  const { host } = new URL(input instanceof Request ? input.url : input);
  note(host, why);
  const response = await fetch(input, init);
  if (response.redirected) noteRedirect(response.url, host);
  return response;
}

/** Count a page of a server that we open for signing in, as one request; what it loads itself is the browser's. */
export function countPage(url: string): void {
  note(new URL(url).host, "sign_in");
}

function noteRedirect(url: string, before: string): void {
  const { host } = new URL(url);
  if (host !== before) note(host, "redirect");
}
