// Keeps the background alive during long work: both browsers stop it after 30 s without an event of the extension.
// https://bugzilla.mozilla.org/1851373, https://developer.chrome.com/docs/extensions/develop/concepts/service-workers/lifecycle
import { browser } from "wxt/browser";

/** Milliseconds. */
const HEARTBEAT = 10_000;
const HEARTBEAT_KEY = "heartbeat";

/** Cause an event every ten seconds until the returned function is called. */
export function startHeartbeat(): () => void {
  // An event that the extension itself causes counts as one, as long as it has a listener (entrypoints/background/index.ts adds one).
  const timer = setInterval(() => {
    void browser.storage.session.set({ [HEARTBEAT_KEY]: Date.now() });
  }, HEARTBEAT);
  return () => {
    clearInterval(timer);
  };
}

/** Run `work` with a heartbeat. */
export async function keepAlive<T>(work: () => Promise<T>): Promise<T> {
  const stop = startHeartbeat();
  try {
    return await work();
  } finally {
    stop();
  }
}
