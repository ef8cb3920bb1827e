// Who sent an extension message: the extension's own pages and background are trusted, content scripts are not.
import { browser } from "wxt/browser";

/** The fields of `runtime.MessageSender` that decide; `url` is the page or script that sent it. */
export interface Sender {
  readonly id?: string;
  readonly url?: string;
}

/** Return whether a page, worker or content script of this extension sent it. */
export function isThisExtension({ id }: Sender): boolean {
  return id === browser.runtime.id;
}

/** Return whether one of the extension's own pages or its background sent it; a content script's `url` is its web page. */
export function isOwnPage(sender: Sender): boolean {
  return isThisExtension(sender) && (sender.url?.startsWith(browser.runtime.getURL("/")) ?? false);
}
