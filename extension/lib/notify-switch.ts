// Notifications on or off: the browser's permission is the whole setting. Asked for when a person presses a button, never at install.
import { browser } from "wxt/browser";

const NOTIFICATIONS: { permissions: ["notifications"] } = { permissions: ["notifications"] };
/** In `storage.local`, false: the person was asked and need not be asked again; the settings keep the switch. */
const OFFER = "notifications-offer";

/** Return whether Passerelle may notify. */
export async function mayNotify(): Promise<boolean> {
  return browser.permissions.contains(NOTIFICATIONS);
}

/**
 * Switch notifications on or off, and return whether they are on; false also where the person refused.
 *
 * To be called right in a click's handler of one of our own pages: browsers ask for permission only then.
 */
export async function setNotifications(on: boolean): Promise<boolean> {
  // The browser's question may close the popup that asks it: that it was asked is stored meanwhile.
  const asked = on ? browser.permissions.request(NOTIFICATIONS) : giveBack();
  await dismissNotificationsOffer();
  await asked;
  return mayNotify();
}

async function giveBack(): Promise<void> {
  if (await mayNotify()) await browser.permissions.remove(NOTIFICATIONS);
}

/** Return whether notifications may be offered: not while they are on, nor after a refusal or "not now". */
export async function areNotificationsOffered(): Promise<boolean> {
  const wasAsked = (await browser.storage.local.get(OFFER))[OFFER] === false;
  return !wasAsked && !(await mayNotify());
}

/** Store that the person need not be asked again. */
export async function dismissNotificationsOffer(): Promise<void> {
  await browser.storage.local.set({ [OFFER]: false });
}
