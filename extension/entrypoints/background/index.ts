// Answers messages of pages and content scripts, one table each, and keeps unfinished work going.
//
// Listeners are added at the first turn of the event loop: Chromium and Firefox start this script for an event.
import { browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";
import { makeBadgesBackground } from "../../lib/background/badges";
import { makeHintsBackground } from "../../lib/background/hints";
import { makeSeenBackground } from "../../lib/background/seen";
import type { WakeEngine } from "../../lib/engine/client";
import { handOn } from "../../lib/engine/relay";
import type { ErrorView } from "../../lib/messages/messages.gen";
import { makeSeenStore } from "../../lib/background/seen-store";
import { wakeEngine } from "../../lib/background/engine-host";
import { migrateStores } from "../../lib/background/migrate";
import { LOOK, look, lookSoon } from "../../lib/background/resume";

type Sender = Parameters<Parameters<typeof browser.runtime.onMessage.addListener>[0]>[1];
type Port = Parameters<Parameters<typeof browser.runtime.onConnect.addListener>[0]>[0];
type Message = Readonly<Record<string, unknown>>;
type Handler = (message: Message, sender: Sender) => Promise<unknown>;
type Handlers = Readonly<Record<string, Handler>>;

const wake: WakeEngine = async (silent) => {
  await lookSoon();
  return wakeEngine(silent);
};
const store = makeSeenStore();
const hints = makeHintsBackground(wake, store);
const badges = makeBadgesBackground(wake, hints);
const seen = makeSeenBackground(wake, store, hints);

/** What the extension's own pages may ask. */
const FROM_PAGES: Handlers = {
  "engine.wake": async ({ silent }) => {
    const awake = await wake(typeof silent === "string" ? silent : undefined);
    void seen.nameThem(false); // Python runs now anyway
    return awake;
  },
  "reading.start": ({ kind }) => seen.start(kind === "followers" ? "followers" : "following"),
  "reading.stop": () => seen.stop(),
  "seen.delete": () => seen.clear(),
};

/** What content scripts may ask; everything from them is a stranger's and is parsed by its handler. */
const FROM_CONTENT: Handlers = {
  "badge.index": badges.answer,
  "badge.rows": badges.answer,
  "badge.follow": badges.answer,
  "badge.look": badges.answer,
  "session.open": badges.answer,
  "people.seen": seen.answer,
  "reading.view": seen.answer,
  "reading.end": seen.answer,
  "page.health": seen.answer,
};

export default defineBackground(() => {
  browser.runtime.onMessage.addListener((message: unknown, sender, respond) => {
    const handler = handlerOf(message, sender);
    if (!handler) return false;
    handler(message as Message, sender).then(respond, (error: unknown) => {
      console.error(error);
      respond({ error: { code: "bug", message: String(error), params: {} } satisfies ErrorView });
    });
    return true;
  });
  // The same over lines that stay open (lib/messages/port.ts).
  browser.runtime.onConnect.addListener((port) => {
    port.onMessage.addListener((message: unknown) => {
      answerOver(port, message).catch((error: unknown) => {
        console.error(error);
      });
    });
  });
  browser.runtime.onStartup.addListener(() => void look());
  browser.runtime.onInstalled.addListener(() => void look());
  browser.runtime.onStartup.addListener(() => void migrateStores(wake));
  browser.runtime.onInstalled.addListener(() => void migrateStores(wake));
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === LOOK) void look();
  });
  badges.listen();
  seen.listen();
  hints.listen();
  handOn(wake);
  // Firefox keeps this page alive for an event that has a listener: the heartbeat of ./engine-host.ts.
  browser.storage.session.onChanged.addListener(() => undefined);
});

async function answerOver(port: Port, message: unknown): Promise<void> {
  const handler = port.sender && handlerOf(message, port.sender);
  if (!port.sender || !handler) return;
  const answer = await handler(message as Message, port.sender);
  try {
    port.postMessage(answer);
  } catch {
    // The page went away meanwhile, or asks again by itself.
  }
}

function handlerOf(message: unknown, sender: Sender): Handler | undefined {
  if (sender.id !== browser.runtime.id) return undefined;
  const type = (message as { type?: unknown } | null)?.type;
  if (typeof type !== "string") return undefined;
  const table = isOwnPage(sender) ? FROM_PAGES : FROM_CONTENT;
  return Object.hasOwn(table, type) ? table[type] : undefined;
}

function isOwnPage({ url }: Sender): boolean {
  return url?.startsWith(browser.runtime.getURL("/")) ?? false;
}
