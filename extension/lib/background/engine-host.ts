// Starts the engine's host where it is not running: an offscreen document in Chromium, this event page in Firefox.
import { browser } from "wxt/browser";
import { makeHost, notAwake, startWorker } from "../../engine/host";
import type { Awake, NotAwake, Wake } from "../engine/channel";
import type { WakeEngine } from "../engine/client";
import { startHeartbeat } from "./keep-alive";

const OFFSCREEN_PAGE = "/offscreen.html";
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
  let stopHeartbeat: (() => void) | undefined;
  const host = makeHost({
    startWorker,
    onIdle: () => {
      stopHeartbeat?.();
      stopHeartbeat = undefined;
    },
  });
  return (silent) => {
    stopHeartbeat ??= startHeartbeat();
    return host.wake(silent).catch(notAwake);
  };
}
