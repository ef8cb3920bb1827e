// How far following is, on the toolbar's icon: a few characters, and a title that says it.
import { browser } from "wxt/browser";
import { coalesce } from "../async";
import { openChannel } from "../engine/channel";
import { readState } from "../engine/stores";
import type { Translate } from "../i18n/i18n";
import type { QueueView } from "../messages/messages.gen";
import { readLocale } from "./speech";

/** What the icon shows; "" shows nothing, and the manifest's own title. */
export interface Toolbar {
  readonly text: string;
  readonly title: string;
}

const NOTHING: Toolbar = { text: "", title: "" };

/** Return what the icon shows of the queues: how many percent are done, or that they stand still. */
export function toolbarOf(queue: QueueView, t: Translate): Toolbar {
  const open = queue.waiting + queue.asked;
  if (open === 0) return NOTHING;
  const done = queue.following + queue.requested + queue.failed;
  const progress = t("follow.progress", { done: queue.following, total: open + done });
  if (!queue.running)
    return { text: "❚❚", title: `${t("app.name")} – ${t("follow.paused", { count: open })}` };
  return {
    text: `${String(Math.floor((100 * done) / (open + done)))}%`,
    title: `${t("app.name")} – ${progress}`,
  };
}

/** Show it now. */
export async function showProgress(): Promise<void> {
  const queue = await readState("queue");
  const { text, title } = queue ? toolbarOf(queue, (await readLocale()).translate) : NOTHING;
  await Promise.all([browser.action.setBadgeText({ text }), browser.action.setTitle({ title })]);
}

/** Show it whenever the engine has stored something, for as long as the background lives; an alarm does so when it does not. */
export function listenForProgress(): void {
  const refresh = coalesce(showProgress, console.error);
  openChannel((message) => {
    if (
      "event" in message &&
      message.event.type === "state.changed" &&
      message.event.stores.includes("state")
    )
      refresh();
  });
  refresh();
}
