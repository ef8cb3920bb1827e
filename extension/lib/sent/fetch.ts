// The one place where requests leave this computer; every one is counted (log.ts). Nothing else calls fetch(): a lint rule
// and tests/extension/sent.test.ts hold that.
import { note } from "./log";
import { purposeOf } from "./purposes";

/** fetch(), counted. `signed`: the request is made as an account of the person's. */
export async function countedFetch(
  input: string | URL | Request,
  init: RequestInit = {},
  signed = false,
): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  const method = init.method ?? (input instanceof Request ? input.method : "GET");
  const why = purposeOf(url, method, signed);
  note(url.host, why);
  const response = await fetch(input, init);
  // The last host of a redirect was asked, too; those between are not known to a page.
  if (response.redirected) noteRedirect(response.url, url.host, method, signed);
  return response;
}

/** Read a file of the extension's own package: nothing leaves this computer. Throws for any other address. */
export async function packagedFile(path: string): Promise<Response> {
  const url = new URL(path, location.href);
  if (url.origin !== location.origin) throw new Error(`${path} is no file of this package.`);
  return fetch(url);
}

function noteRedirect(address: string, before: string, method: string, signed: boolean): void {
  const url = new URL(address);
  if (url.host !== before) note(url.host, purposeOf(url, method, signed));
}
