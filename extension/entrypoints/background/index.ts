// Answers messages of pages and content scripts, one table each, and keeps unfinished work going.
//
// Listeners are added in the first turn of the event loop: Chromium and Firefox start this script for an event.
import { browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";
import { setBadges } from "../../lib/badge-switch";
import { makeBadgesBackground } from "../../lib/background/badges";
import { makeDeletion } from "../../lib/background/deletion";
import { lazyEngine } from "../../lib/background/engine-client";
import { wakeEngine } from "../../lib/background/engine-host";
import { makeHintsBackground } from "../../lib/background/hints";
import { migrateStores } from "../../lib/background/migrate";
import { goOnWithJoins } from "../../lib/background/joins";
import { keepAlive } from "../../lib/background/keep-alive";
import { OWN_POST_HANDLERS } from "../../lib/background/own-post";
import { goOnWithPosts, makePostHandlers } from "../../lib/background/posts";
import { QUEUE_ALARM, checkQueue, followAfterSignIn, scheduleQueueCheck } from "../../lib/background/resume";
import { type ContentHandlers, makeRoute, type PageHandlers, type Route } from "../../lib/background/router";
import { makeSeenBackground } from "../../lib/background/seen";
import { makeSignInHandlers } from "../../lib/background/sign-in";
import { openCodePage, openPage, returnAddress } from "../../lib/background/sign-in-page";
import { makeSeenStore } from "../../lib/background/seen-store";
import type { WakeEngine } from "../../lib/engine/client";
import { failureOf } from "../../lib/engine/failures";
import { relayRequests } from "../../lib/engine/relay";
import { inLock, sessions } from "../../lib/sessions";
import { send, strictFetch } from "../../lib/sessions/send";
import { clearSent } from "../../lib/sent/log";
import * as settings from "../../lib/settings";
import { listenForNotices, tellNotices } from "../../lib/background/notify";
import { setNotifications } from "../../lib/notify-switch";
import { listenForProgress, showProgress } from "../../lib/background/toolbar";
import { scheduleWatch, syncIfDue, WATCH_ALARM } from "../../lib/background/watch";
import { welcome } from "../../lib/background/welcome";

type Port = Parameters<Parameters<typeof browser.runtime.onConnect.addListener>[0]>[0];

const wake: WakeEngine = async (silent) => {
  await scheduleQueueCheck();
  return wakeEngine(silent);
};
const store = makeSeenStore();
const hints = makeHintsBackground(wake, store);
const badges = makeBadgesBackground(wake, hints);
const seen = makeSeenBackground(wake, store, hints);
const engine = lazyEngine(wake);
const deletion = makeDeletion({
  sessions: () => sessions.deleteAll(),
  badges: () => setBadges(false),
  notifications: () => setNotifications(false),
  seen: () => seen.clear(),
  engine: () => engine.call("data.delete", {}),
  sent: () => clearSent(),
  settings: () => settings.clear(),
});

const signInPages = {
  send,
  client: () => ({
    name: browser.runtime.getManifest().name,
    website: browser.runtime.getManifest().homepage_url ?? "",
    redirect: returnAddress("mastodon"),
  }),
  oauth: () => ({ fetch: strictFetch, exclusively: inLock, redirect: returnAddress("bluesky") }),
  openPage,
  keepAlive,
};
const signIn = makeSignInHandlers({
  ...signInPages,
  sessions,
  openTab: openCodePage,
  setDraft: settings.setSignInDraft,
  readStarted: settings.startedSignIn,
  setStarted: settings.setStartedSignIn,
  // A plan whose date has come may have waited for this sign-in.
  afterwards: ({ id }) => followAfterSignIn(id, engine).then(() => syncIfDue(engine)),
});

const posts = makePostHandlers({ ...signInPages, sessions, engine });
const goOnPosting = () => goOnWithPosts({ sessions, engine }).catch(console.error);

/** What the extension's own pages may ask. */
const EXTENSION_PAGE_HANDLERS: PageHandlers = {
  ...badges.pageHandlers,
  "engine.wake": async ({ silent }) => {
    const awake = await wake(typeof silent === "string" ? silent : undefined);
    void seen.tellNames(false); // Python runs now anyway
    return awake;
  },
  "reading.start": ({ kind }) => seen.list.start(kind === "followers" ? "followers" : "following"),
  "reading.stop": () => seen.list.stop(),
  ...signIn,
  ...posts,
  "data.delete-all": () => deletion.deleteAll().then(() => ({})),
};

/** What content scripts may ask: every message of CONTENT_MESSAGES. */
const CONTENT_HANDLERS: ContentHandlers = { ...badges.handlers, ...seen.handlers, ...OWN_POST_HANDLERS };

export default defineBackground(() => {
  const route = makeRoute(EXTENSION_PAGE_HANDLERS, CONTENT_HANDLERS);
  browser.runtime.onMessage.addListener((message: unknown, sender, respond) => {
    const answer = route(message, sender);
    if (!answer) return false;
    answer.then(respond, (error: unknown) => {
      respond({ error: { message: String(error), ...failureOf(error) } });
    });
    return true;
  });
  // The same over ports, which stay open (lib/messages/port.ts).
  browser.runtime.onConnect.addListener((port) => {
    port.onMessage.addListener((message: unknown) => {
      answerOver(port, message, route).catch((error: unknown) => {
        console.error(error);
      });
    });
  });
  browser.runtime.onStartup.addListener(() => void checkQueue());
  browser.runtime.onStartup.addListener(() => void goOnPosting());
  browser.runtime.onInstalled.addListener(() => void checkQueue());
  browser.runtime.onInstalled.addListener(() => void goOnPosting());
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") void welcome();
  });
  const migrate = () => migrateStores(wake).then(() => syncIfDue(engine)); // a migration may delete a directory's files
  browser.runtime.onStartup.addListener(() => void migrate());
  browser.runtime.onInstalled.addListener(() => void migrate());
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === QUEUE_ALARM) void Promise.all([checkQueue(), goOnPosting(), showProgress(), tellNotices()]);
    if (name === WATCH_ALARM)
      void Promise.all([syncIfDue(engine).then(() => goOnWithJoins(engine)), tellNotices(), showProgress()]);
  });
  void scheduleWatch().catch(console.error);
  listenForProgress();
  listenForNotices();
  badges.listen();
  seen.listen();
  hints.listen();
  relayRequests(wake);
  void deletion.resume().catch(console.error);
  // Firefox keeps this page alive for an event that has a listener: the heartbeat of lib/background/keep-alive.ts.
  browser.storage.session.onChanged.addListener(() => undefined);
});

async function answerOver(port: Port, message: unknown, route: Route): Promise<void> {
  const answer = await (port.sender && route(message, port.sender));
  if (!answer) return;
  try {
    port.postMessage(answer);
  } catch {
    // The page went away meanwhile, or asks again by itself.
  }
}
