// What differs between browsers and systems for the person in front of them.
import { browser } from "wxt/browser";

/**
 * Say whether this browser closes a popup as soon as a file dialog opens: Firefox always has, Chromium on macOS does
 * since 152 (facts/protocols.md, 5.4).
 */
export async function popupClosesOnDialog(): Promise<boolean> {
  if (import.meta.env.FIREFOX) return true;
  return (await browser.runtime.getPlatformInfo()).os === "mac";
}

/** Open the app in a tab, at a step. */
export async function openTab(step: string): Promise<void> {
  await browser.tabs.create({ url: `${browser.runtime.getURL("/app.html")}#${step}` });
}

/** Hand the person a file to save. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // The browser reads the blob after the click has been handled; a minute is far more than it needs.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
