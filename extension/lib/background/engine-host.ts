// Starts the engine's host where it is not running: an offscreen document in Chromium, this event page in Firefox.
import { browser } from "wxt/browser";
import { makeHost, notAwake, startWorker } from "../../engine/host";
import type { Awake, NotAwake, Wake } from "../engine/channel";
import type { WakeEngine } from "../engine/client";

const OFFSCREEN_PAGE = "/offscreen.html";
/** Firefox ends an event page after 30 s without an extension event; https://bugzilla.mozilla.org/1851373 */
const HEARTBEAT = 10_000;
const HEARTBEAT_KEY = "engine-heartbeat";

/** Make sure that the engine's worker listens on the channel; says which worker that is. */
export const wakeEngine: WakeEngine = import.meta.env.FIREFOX ? inThisPage() : offscreen;

let creating: Promise<void> | undefined;

async function offscreen(silent?: string): Promise<Awake | NotAwake> {
  creating ??= createDocument().finally(() => {
    creating = undefined;
  });
  await creating;
  return browser.runtime.sendMessage<Wake, Awake | NotAwake>({ type: "host.wake", silent });
}

async function createDocument(): Promise<void> {
  const there = await browser.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  if (there.length > 0) return;
  await browser.offscreen.createDocument({
    url: OFFSCREEN_PAGE,
    reasons: ["WORKERS"],
    justification: "Reads the person's archive with Python, in a worker, on their own machine.",
  });
}

function inThisPage(): WakeEngine {
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  const host = makeHost({
    startWorker,
    onIdle: () => {
      clearInterval(heartbeat);
      heartbeat = undefined;
    },
  });
  return (silent) => {
    // An event that the extension itself causes counts as one, as long as it has a listener (entrypoints/background/index.ts adds one).
    heartbeat ??= setInterval(() => {
      void browser.storage.session.set({ [HEARTBEAT_KEY]: Date.now() });
    }, HEARTBEAT);
    return host.wake(silent).catch(notAwake);
  };
}
