// Consent to send who one is: Firefox has a permission for that, other browsers have none.
//
// https://extensionworkshop.com/documentation/develop/firefox-builtin-data-consent
import { browser } from "wxt/browser";

/** Mozilla's word for names and ids; in the manifest of wxt.config.ts, too. */
const NAME_AND_ID = "personallyIdentifyingInfo";

/** Return whether the person's name and id may be sent to the registrar. To be called right in a click's handler. */
export async function askToSendName(isFirefox: boolean = import.meta.env.FIREFOX): Promise<boolean> {
  if (!isFirefox) return true;
  // The types of both browsers' APIs are Chromium's.
  const asked = { data_collection: [NAME_AND_ID] };
  return browser.permissions.request(asked as Parameters<typeof browser.permissions.request>[0]);
}
