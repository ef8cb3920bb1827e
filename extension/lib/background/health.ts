// Whether X's pages can still be read, in `storage.local`: written by the background, shown in the settings.
import { browser } from "wxt/browser";

const HEALTH = "page-unreadable";

/** Keep whether the last settled page with people on it could be read. */
export async function writeHealth(isReadable: boolean): Promise<void> {
  await (isReadable ? browser.storage.local.remove(HEALTH) : browser.storage.local.set({ [HEALTH]: true }));
}

/** Return whether X has changed its pages so that no person can be read from them. */
export async function isPageUnreadable(): Promise<boolean> {
  return (await browser.storage.local.get(HEALTH))[HEALTH] === true;
}
