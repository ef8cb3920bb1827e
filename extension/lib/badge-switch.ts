// Badges on or off: the permission to see x.com, the content script's registration, and what is left to the tabs.
//
// Access to x.com is asked for here, when a person switches badges on, and given back when they switch them off.
import { browser } from "wxt/browser";
import { BADGE_HINTS, BADGE_INDEX } from "./rules/keys";

/** X's addresses, as the manifest lists them under `optional_host_permissions`. */
export const X_ORIGINS = ["x.com", "mobile.x.com", "twitter.com", "mobile.twitter.com"].map(
  (host) => `https://${host}/*`,
);
// Signing in and handing out access, where no person is named and nothing should be added.
const NOT_ON = X_ORIGINS.flatMap((origin) => [
  origin.replace("*", "i/flow/*"),
  origin.replace("*", "i/oauth*"),
]);

/** `blocked`: switched on, but the browser no longer lets the extension see any of X's addresses. */
export type BadgesState = "on" | "off" | "blocked";

/** Where the person's choice is kept, in `storage.local`. */
export const BADGES = "badges";
// What runs on x.com: badges in the isolated world, the reader of X's answers in the page's own, before X's first request.
type Script = Parameters<typeof browser.scripting.registerContentScripts>[0][number];
const COMMON = { matches: X_ORIGINS, excludeMatches: NOT_ON, persistAcrossSessions: true };
const SCRIPTS = [
  { id: "x-reader", js: ["/content-scripts/x-reader.js"], runAt: "document_start", world: "MAIN", ...COMMON },
  { id: "x", js: ["/content-scripts/x.js"], runAt: "document_end", world: "ISOLATED", ...COMMON },
] as const satisfies Script[];

/** Return whether badges are on. */
export async function badgesState(): Promise<BadgesState> {
  const isWanted = (await browser.storage.local.get(BADGES))[BADGES] === true;
  if (!isWanted) return "off";
  // The browser's own settings are a switch for each site: badges stand on those that are left.
  const isAllowed = await Promise.all(
    X_ORIGINS.map((origin) => browser.permissions.contains({ origins: [origin] })),
  );
  return isAllowed.includes(true) ? "on" : "blocked";
}

/**
 * Switch badges on or off, and give the state that came of it: "off" when the person refused access to x.com.
 *
 * To be called right in a click's handler of one of our own pages: browsers ask for permission only then.
 */
export async function setBadges(on: boolean): Promise<BadgesState> {
  // The browser's question may close the popup that asks it: the wish is kept meanwhile, and the background, which hears
  // of the permission too, goes on with it.
  const asked = on ? browser.permissions.request({ origins: X_ORIGINS }) : Promise.resolve(false);
  wanted = on;
  if (on) await browser.storage.local.set({ [BADGES]: true });
  const isAllowed = await asked;
  // The switch may have been pressed again while the browser asked: the last press counts.
  if (wanted && isAllowed) await startWanted();
  else if (!wanted || on) await endBadges();
  return badgesState();
}

/** Bring tabs and registration in line with the setting: after an update, a start, a change of permission. */
export async function restoreBadges(): Promise<void> {
  if ((await badgesState()) === "on") await navigator.locks.request(BADGES, startIfOn);
}

let wanted = false; // by the last press in this context

// An earlier press may have switched them off meanwhile.
async function startWanted(): Promise<void> {
  await browser.storage.local.set({ [BADGES]: true });
  await startBadges();
}

// One at a time: once allowed, popup and background are both at it.
const startBadges = () => navigator.locks.request(BADGES, start);
const endBadges = () => navigator.locks.request(BADGES, end);

// An earlier press of the switch may have been waited for.
async function startIfOn(): Promise<void> {
  if ((await badgesState()) === "on") await start();
}

async function start(): Promise<void> {
  await unregister();
  await browser.scripting.registerContentScripts([...SCRIPTS]);
  const tabs = await browser.tabs.query({ url: X_ORIGINS });
  await Promise.all(tabs.map(({ id }) => inject(id)));
}

// Without the index, the scripts in open tabs take their badges away and stop.
async function end(): Promise<void> {
  await browser.storage.local.set({ [BADGES]: false });
  await browser.storage.local.remove([BADGE_INDEX, BADGE_HINTS]);
  await unregister();
  await browser.permissions.remove({ origins: X_ORIGINS });
}

async function unregister(): Promise<void> {
  const registered = await browser.scripting.getRegisteredContentScripts({
    ids: SCRIPTS.map(({ id }) => id),
  });
  if (registered.length > 0)
    await browser.scripting.unregisterContentScripts({ ids: registered.map(({ id }) => id) });
}

async function inject(tabId: number | undefined): Promise<void> {
  if (tabId === undefined) return;
  try {
    for (const { js, world } of SCRIPTS)
      await browser.scripting.executeScript({ target: { tabId }, files: [...js], world });
  } catch (error) {
    // A tab that shows an error page or sleeps takes no script; it gets one when it is loaded again.
    console.debug("no badges in this tab yet:", error);
  }
}
