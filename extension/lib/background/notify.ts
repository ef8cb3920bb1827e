// Notifications of the browser: each event of lib/background/notices.ts once, where the person allowed it; a click opens its page.
import { browser } from "wxt/browser";
import { coalesce, makeSerializer } from "../async";
import { readState } from "../engine/stores";
import { mayNotify } from "../notify-switch";
import { sessions } from "../sessions";
import { archiveAskedAt } from "../settings";
import { onStateChanged } from "./engine-client";
import { type Facts, findNotices, isFollowing, type Notice, stepOf } from "./notices";
import { readLocale } from "./speech";

/** In `storage.local`: the events that were told, the latest last, and since when people wait in the queue. */
const NOTICES = "notices";
const MOST_EVENTS = 50;

interface Told {
  readonly events: readonly string[];
  readonly followingSince: string | null;
}

const NOTHING: Told = { events: [], followingSince: null };
const inOrder = makeSerializer();

/** Show what is to be told and was not told yet. */
export function tellNotices(now = new Date()): Promise<void> {
  return inOrder(async () => {
    const told = ((await browser.storage.local.get(NOTICES))[NOTICES] as Told | undefined) ?? NOTHING;
    const facts = await readFacts(now, told.followingSince);
    const fresh = findNotices(facts).filter(({ event }) => !told.events.includes(event));
    // What cannot be shown stays untold: it is shown as soon as notifications are on, if it is still so.
    const shown = fresh.length > 0 && (await mayNotify()) ? fresh : [];
    for (const notice of shown) await show(notice);
    const events = [...told.events, ...shown.map(({ event }) => event)].slice(-MOST_EVENTS);
    const followingSince = isFollowing(facts.queue) ? facts.followingSince : null;
    const after: Told = { events, followingSince };
    if (JSON.stringify(after) !== JSON.stringify(told)) await browser.storage.local.set({ [NOTICES]: after });
  });
}

/** Read what the rules of notices know. */
export async function readFacts(now: Date, followingSince: string | null): Promise<Facts> {
  const [queue, accounts, news, asked, date] = await Promise.all([
    readState("queue"),
    sessions.list(),
    readState("news"),
    archiveAskedAt(),
    readState("date"),
  ]);
  const since = followingSince ?? (isFollowing(queue) ? now.toISOString() : null);
  return { now, queue, accounts, news, archiveAskedAt: asked, date, followingSince: since };
}

// The kind is the notification's id: a later one of the same kind takes the place of the earlier.
async function show({ kind, key, values }: Notice): Promise<void> {
  const { translate } = await readLocale();
  await browser.notifications.create(kind, {
    type: "basic",
    iconUrl: browser.runtime.getURL("/icon/128.png"),
    title: translate("app.name"),
    message: translate(key, values),
  });
}

/** Tell whenever something may have changed, and open the page of what is clicked; to be called at once when the background starts. */
export function listenForNotices(): void {
  const tellAgain = coalesce(tellNotices, console.error);
  const refresh = () => void tellAgain();
  onStateChanged((stores) => {
    if (stores.has("state")) refresh();
  });
  sessions.onChange(refresh);
  listenForClicks();
  browser.permissions.onAdded.addListener(() => {
    listenForClicks();
    refresh();
  });
  refresh();
}

// Without the permission there is no `browser.notifications`.
function listenForClicks(): void {
  const { notifications } = browser as Partial<typeof browser>;
  if (notifications && !notifications.onClicked.hasListener(open)) notifications.onClicked.addListener(open);
}

function open(kind: string): void {
  const step = stepOf(kind);
  if (step === null) return;
  void browser.notifications.clear(kind);
  void browser.tabs.create({ url: `${browser.runtime.getURL("/app.html")}#${step}` });
}
