// How far following is, on the toolbar's icon, or what a date asks to do: a few characters, and a title that says it.
import { browser } from "wxt/browser";
import { coalesce } from "../async";
import { openChannel } from "../engine/channel";
import type { Translate } from "../i18n/i18n";
import type { QueueView } from "../messages/messages.gen";
import { sessions } from "../sessions";
import { findReminder, type Notice } from "./notices";
import { readFacts } from "./notify";
import { readLocale } from "./speech";

/** What the icon shows; "" shows nothing, and the manifest's own title. */
export interface Toolbar {
  readonly text: string;
  readonly title: string;
}

const NOTHING: Toolbar = { text: "", title: "" };

/** Return what the icon shows of the queues: how many percent are done, or that they stand still; else a reminder. */
export function toolbarOf(queue: QueueView | null, t: Translate, reminder: Notice | null = null): Toolbar {
  if (!queue || queue.waiting + queue.asked === 0) return reminder ? reminderOf(reminder, t) : NOTHING;
  const open = queue.waiting + queue.asked;
  const done = queue.following + queue.requested + queue.failed;
  const progress = t("follow.progress", { done: queue.following, total: open + done });
  if (!queue.running)
    return { text: "❚❚", title: `${t("app.name")} – ${t("follow.paused", { count: open })}` };
  return {
    text: `${String(Math.floor((100 * done) / (open + done)))}%`,
    title: `${t("app.name")} – ${progress}`,
  };
}

function reminderOf({ key, values }: Notice, t: Translate): Toolbar {
  return { text: "!", title: `${t("app.name")} – ${t(key, values)}` };
}

/** Show it now. */
export async function showProgress(): Promise<void> {
  const { translate } = await readLocale();
  const facts = await readFacts(new Date(), null);
  const { text, title } = toolbarOf(facts.queue, translate, findReminder(facts));
  await Promise.all([browser.action.setBadgeText({ text }), browser.action.setTitle({ title })]);
}

/** Show it whenever the engine has stored something, for as long as the background lives; an alarm does so when it does not. */
export function listenForProgress(): void {
  const showAgain = coalesce(showProgress, console.error);
  const refresh = () => void showAgain();
  openChannel((message) => {
    if (
      "event" in message &&
      message.event.type === "state.changed" &&
      message.event.stores.includes("state")
    )
      refresh();
  });
  sessions.onChange(refresh);
  refresh();
}
