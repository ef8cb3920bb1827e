// Shows the page of a server on which a person signs in, and returns where it led.
import { browser } from "wxt/browser";
import { countPage } from "../sent/fetch";
import { SessionError } from "../sessions";

/**
 * Return the address to which a server's page for a sign-in returns, on this extension's own virtual host; "" where the
 * browser shows no such page (canShowServerPage in lib/page/platform.ts), and none is asked for.
 */
export function returnAddress(path: string): string {
  const { identity } = browser as { identity?: Partial<typeof browser.identity> };
  return identity?.getRedirectURL?.(path) ?? "";
}

/** Show a page and return the address it returned to. Throws SessionError: sign_in_closed, server_unreachable. */
export async function openPage(url: string): Promise<string> {
  const { host } = new URL(url);
  countPage(url);
  try {
    const returned = await browser.identity.launchWebAuthFlow({ url, interactive: true });
    if (returned) return returned;
  } catch (error) {
    // Chromium's words: chrome/browser/extensions/api/identity/identity_constants.cc. Everything else is a closed window.
    if (/could not be loaded/i.test(String(error))) throw new SessionError("server_unreachable", { host });
  }
  throw new SessionError("sign_in_closed", { host });
}

/** Open a page on which a person signs in in a tab of its own; it shows a code to copy. */
export async function openCodePage(url: string): Promise<unknown> {
  countPage(url);
  return browser.tabs.create({ url });
}
