// Consent to send who one is, or what one writes: Firefox has a permission for that, other browsers have none.
//
// https://extensionworkshop.com/documentation/develop/firefox-builtin-data-consent
import { browser } from "wxt/browser";

/** Mozilla's words for names and ids, and for posts; in the manifest of wxt.config.ts, too. */
const NAME_AND_ID = "personallyIdentifyingInfo";
const POSTS = "personalCommunications";

/** Return whether the person's name and id may be sent to the registrar. To be called right in a click's handler. */
export function askToSendName(isFirefox: boolean = import.meta.env.FIREFOX): Promise<boolean> {
  return askToSend(NAME_AND_ID, isFirefox);
}

/** Return whether the person's post may be sent to their own server. To be called right in a click's handler. */
export function askToSendPost(isFirefox: boolean = import.meta.env.FIREFOX): Promise<boolean> {
  return askToSend(POSTS, isFirefox);
}

async function askToSend(what: string, isFirefox: boolean): Promise<boolean> {
  if (!isFirefox) return true;
  // The types of both browsers' APIs are Chromium's.
  const asked = { data_collection: [what] };
  return browser.permissions.request(asked as Parameters<typeof browser.permissions.request>[0]);
}
