// The app's tab opens once, when the extension is installed.
import { browser } from "wxt/browser";

const WELCOMED = "welcomed"; // browsers "install" an extension that is loaded by hand at each start

/** Open the app's tab, unless it was opened after an earlier install into the same profile. */
export async function welcome(): Promise<void> {
  if ((await browser.storage.local.get(WELCOMED))[WELCOMED]) return;
  await browser.storage.local.set({ [WELCOMED]: true });
  await browser.tabs.create({ url: browser.runtime.getURL("/app.html") });
}
