// What differs between browsers and systems for the person in front of them.
import { browser } from "wxt/browser";

/** Return whether this browser closes a popup as soon as a file dialog opens: Firefox, and Chromium on macOS since 152. */
export async function popupClosesOnDialog(): Promise<boolean> {
  if (import.meta.env.FIREFOX) return true;
  return (await browser.runtime.getPlatformInfo()).os === "mac";
}

/**
 * Ask the browser not to evict our data when the disk fills up, as it may any site's. Firefox agrees without a question
 * because of the permission `unlimitedStorage`; in Chromium that permission alone prevents eviction, whatever it answers:
 * https://developer.chrome.com/docs/extensions/develop/concepts/storage-and-cookies
 */
export async function persistStorage(): Promise<void> {
  await navigator.storage.persist();
}

/**
 * Return whether this browser shows a server's page and tells where it led: Firefox for Android does not.
 * https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/API/identity/launchWebAuthFlow
 */
export function canShowServerPage(): boolean {
  // Firefox has the name without a value where the permission is absent.
  const { identity } = browser as { identity?: Partial<typeof browser.identity> };
  return identity?.launchWebAuthFlow !== undefined;
}

/** Open the app in a tab, at a step. */
export async function openTab(step: string): Promise<void> {
  await browser.tabs.create({ url: `${browser.runtime.getURL("/app.html")}#${step}` });
}

/** Open a page of another site in a tab. */
export async function openPage(url: string): Promise<void> {
  await browser.tabs.create({ url });
}
