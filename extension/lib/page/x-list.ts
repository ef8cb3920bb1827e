// What popup and tab ask of the background about reading X's pages.
import { browser } from "wxt/browser";
import { setBadges } from "../badge-switch";
import { EngineError } from "../engine/client";
import type { ErrorView } from "../messages/messages.gen";
import type { ListKind } from "../messages/views";

/**
 * Begin to read one of the person's own lists on x.com; resolves to false when they refused access to it.
 *
 * To be called right in a click's handler, as `setBadges`: the background opens the tab once access is given, even if the
 * browser's question closed the popup.
 */
export async function startReading(kind: ListKind): Promise<boolean> {
  const asked = setBadges(true);
  await ask({ type: "reading.start", kind });
  if ((await asked) === "on") return true;
  await stopReading();
  return false;
}

export async function stopReading(): Promise<void> {
  await ask({ type: "reading.stop" });
}

/** Delete all people that X's pages named. */
export async function forgetSeen(): Promise<void> {
  await ask({ type: "seen.delete" });
}

async function ask(message: object): Promise<void> {
  const answer: unknown = await browser.runtime.sendMessage(message);
  if (typeof answer === "object" && answer !== null && "error" in answer)
    throw EngineError.from(answer.error as ErrorView);
}
