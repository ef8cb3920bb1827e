// Hosts the engine's worker in Chromium, whose service worker may not start one; closes itself when the engine is idle.
import { browser } from "wxt/browser";
import { makeHost, notAwake, startWorker } from "../../engine/host";
import type { Wake } from "../../lib/engine/channel";
import { isOwnPage } from "../../lib/messages/sender";

const host = makeHost({
  startWorker,
  onIdle: () => {
    window.close();
  },
});

// A content script could otherwise end the worker: `silent` says which worker does not answer any more.
browser.runtime.onMessage.addListener((message: unknown, sender, respond) => {
  const wake = message as Wake | null;
  if (wake?.type !== "host.wake" || !isOwnPage(sender)) return false;
  host.wake(wake.silent).then(respond, (error: unknown) => {
    respond(notAwake(error));
  });
  return true;
});
