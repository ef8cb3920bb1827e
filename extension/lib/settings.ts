// What the person set, in `storage.local`; and what a popup that closes must not lose, in `storage.session`.
import { browser } from "wxt/browser";
import type { Failure } from "./engine/failures";
import { type LanguageSetting, parseLanguage } from "./i18n/i18n";
import type { SessionNetwork } from "./sessions";
import type { Started } from "./sessions/mastodon/sign-in";

const LANGUAGE = "language";
const DRAFT = "sign-in-draft";
const STARTED = "started-sign-in";
const DISMISSED = "dismissed-work";
const OWN_SERVER = "own-server";
const BADGES_OFFER = "badges-offer";
const ARCHIVE_ASKED = "archive-asked";
const LIST = "list";
const PICTURES = "pictures";
const LEAVING = "leaving";

/** Return the chosen language; "auto" until one is chosen. */
export async function language(): Promise<LanguageSetting> {
  return parseLanguage((await browser.storage.local.get(LANGUAGE))[LANGUAGE]);
}

export async function setLanguage(setting: LanguageSetting): Promise<void> {
  await browser.storage.local.set({ [LANGUAGE]: setting });
}

/** Call `listener` when the language is changed in any page. */
export function onLanguage(listener: () => void): void {
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === "local" && changes[LANGUAGE]) listener();
  });
}

/** A sign-in under way: a popup closes when a window opens, or an app password is fetched. Never holds the password. */
export interface SignInDraft {
  readonly network: SessionNetwork;
  /** The address or server typed so far. */
  readonly typed: string;
  /** Why it failed, where the page that started it had closed by then. */
  readonly failure: Failure | null;
}

export async function signInDraft(): Promise<SignInDraft | null> {
  return (await readSession<SignInDraft>(DRAFT)) ?? null;
}

export async function setSignInDraft(draft: SignInDraft | null): Promise<void> {
  await writeSession(DRAFT, draft);
}

/** A sign-in to Mastodon that waits for the code from the server's page. */
export async function startedSignIn(): Promise<Started | null> {
  return (await readSession<Started>(STARTED)) ?? null;
}

export async function setStartedSignIn(started: Started | null): Promise<void> {
  await writeSession(STARTED, started);
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

/** The Mastodon server, or whole address, from which the person follows without signing in here; "" until they typed one. */
export async function ownServer(): Promise<string> {
  const typed: unknown = (await browser.storage.local.get(OWN_SERVER))[OWN_SERVER];
  return typeof typed === "string" ? typed : "";
}

export async function setOwnServer(typed: string): Promise<void> {
  await browser.storage.local.set({ [OWN_SERVER]: typed });
}

/** ISO time at which the person went to X to ask for their archive; null where none is awaited. */
export async function archiveAskedAt(): Promise<string | null> {
  const asked: unknown = (await browser.storage.local.get(ARCHIVE_ASKED))[ARCHIVE_ASKED];
  return typeof asked === "string" ? asked : null;
}

/** Store that the archive was asked for now; returns the time. */
export async function markArchiveAsked(): Promise<string> {
  const now = new Date().toISOString();
  await browser.storage.local.set({ [ARCHIVE_ASKED]: now });
  return now;
}

/** Store that no archive is awaited any more. */
export async function forgetArchive(): Promise<void> {
  await browser.storage.local.remove(ARCHIVE_ASKED);
}

/** Whether the person has switched on the pictures of accounts that are compared; off until they do. */
export async function arePicturesOn(): Promise<boolean> {
  return (await browser.storage.local.get(PICTURES))[PICTURES] === true;
}

export async function setPicturesOn(isOn: boolean): Promise<void> {
  await browser.storage.local.set({ [PICTURES]: isOn });
}

/** Return what was chosen and ticked about leaving X, as it was stored; null before anything was. */
export async function leaving(): Promise<unknown> {
  return (await browser.storage.local.get(LEAVING))[LEAVING] ?? null;
}

export async function storeLeaving(leaving: object): Promise<void> {
  await browser.storage.local.set({ [LEAVING]: leaving });
}

/** Call `listener` when a page has stored that, or it was deleted; returns the function that stops this. */
export function onLeaving(listener: (stored: unknown) => void): () => void {
  const listen: Parameters<typeof browser.storage.onChanged.addListener>[0] = (changes, area) => {
    const change = area === "local" ? changes[LEAVING] : undefined;
    if (change) listener(change.newValue);
  };
  browser.storage.onChanged.addListener(listen);
  return () => {
    browser.storage.onChanged.removeListener(listen);
  };
}

/** Return how the list of people was shown last, as it was stored; null before it ever was. */
export async function storedList(): Promise<unknown> {
  return (await browser.storage.local.get(LIST))[LIST] ?? null;
}

export async function storeList(list: object): Promise<void> {
  await browser.storage.local.set({ [LIST]: list });
}

/** Delete all settings. */
export async function clear(): Promise<void> {
  await Promise.all([browser.storage.local.clear(), browser.storage.session.clear()]);
}

async function readSession<T>(key: string): Promise<T | undefined> {
  return (await browser.storage.session.get(key))[key] as T | undefined;
}

async function writeSession(key: string, value: object | null): Promise<void> {
  await (value === null
    ? browser.storage.session.remove(key)
    : browser.storage.session.set({ [key]: value }));
}
