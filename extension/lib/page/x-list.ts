// What popup and tab ask of the background about reading X's pages.
import { setBadges } from "../badge-switch";
import type { ListKind } from "../messages/views";
import { ask } from "./background";

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
