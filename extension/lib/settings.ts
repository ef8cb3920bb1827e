// What the person set, in `storage.local`; and what a popup that closes must not lose, in `storage.session`.
import { browser } from "wxt/browser";
import { LANGUAGES, type LanguageSetting } from "./i18n/i18n";

const LANGUAGE = "language";
const DRAFT = "sign-in-draft";
const DISMISSED = "dismissed-work";
const BADGES_OFFER = "badges-offer";

/** Return the chosen language; "auto" until one is chosen. */
export async function language(): Promise<LanguageSetting> {
  return parseLanguage((await browser.storage.local.get(LANGUAGE))[LANGUAGE]);
}

export async function setLanguage(setting: LanguageSetting): Promise<void> {
  await browser.storage.local.set({ [LANGUAGE]: setting });
}

/** Call `listener` when the language is changed in any page. */
export function onLanguage(listener: (setting: LanguageSetting) => void): void {
  browser.storage.onChanged.addListener((changes, area) => {
    const change = area === "local" ? changes[LANGUAGE] : undefined;
    if (change) listener(parseLanguage(change.newValue));
  });
}

/** A sign-in under way: a popup closes when its owner goes to fetch an app password. Never holds the password. */
export async function signInDraft(): Promise<string | null> {
  const draft: unknown = (await browser.storage.session.get(DRAFT))[DRAFT];
  return typeof draft === "string" ? draft : null;
}

export async function setSignInDraft(handle: string | null): Promise<void> {
  await (handle === null
    ? browser.storage.session.remove(DRAFT)
    : browser.storage.session.set({ [DRAFT]: handle }));
}

/** Which failed work the person has read about: the same error must not greet them again. */
export async function dismissedWork(): Promise<string | null> {
  const started: unknown = (await browser.storage.session.get(DISMISSED))[DISMISSED];
  return typeof started === "string" ? started : null;
}

export async function setDismissedWork(startedAt: string): Promise<void> {
  await browser.storage.session.set({ [DISMISSED]: startedAt });
}

/** Whether the person has said "not now" when badges were offered after following. */
export async function isBadgesOfferDismissed(): Promise<boolean> {
  return (await browser.storage.local.get(BADGES_OFFER))[BADGES_OFFER] === false;
}

export async function dismissBadgesOffer(): Promise<void> {
  await browser.storage.local.set({ [BADGES_OFFER]: false });
}

/** Delete all settings. */
export async function clear(): Promise<void> {
  await Promise.all([browser.storage.local.clear(), browser.storage.session.clear()]);
}

function parseLanguage(value: unknown): LanguageSetting {
  return LANGUAGES.find((known) => known === value) ?? "auto";
}
