// Following from x.com where X's page may cover the card: the question stands in a window of the extension instead.
//
// Chromium can tell whether a card is really visible (lib/x/badge/sight.ts); Firefox cannot:
// https://caniuse.com/intersectionobserver-v2
import * as v from "valibot";
import { browser } from "wxt/browser";
import { CONTENT_MESSAGES } from "../messages/schemas";
import type { BadgeTarget, ConfirmView } from "../messages/views";
import type { BadgeMessage } from "./badge-handlers";
import type { ContentHandlers, PageHandlers } from "./router";
import type { Locale } from "./speech";

const SIZE = { width: 440, height: 300 }; // px

/** Open the window that asks; a tab where the browser has no windows (Firefox for Android). */
export async function openConfirmation(target: BadgeTarget): Promise<void> {
  const url = `${browser.runtime.getURL("/confirm.html")}#${encodeURIComponent(JSON.stringify(target))}`;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent in Firefox for Android
  if (browser.windows) await browser.windows.create({ url, type: "popup", ...SIZE });
  else await browser.tabs.create({ url });
}

/** Make the handlers of the window's messages: what it asks, and following once the person said yes. */
export function makeConfirmHandlers(
  handlers: Pick<ContentHandlers<BadgeMessage>, "badge.rows" | "badge.follow">,
  locale: () => Promise<Locale>,
): PageHandlers {
  return {
    "confirm.view": async (message) => {
      const view = await viewOf(v.parse(TARGET, message), handlers, await locale());
      const { translate } = await locale();
      return { view, error_text: view ? "" : translate("badge.gone") };
    },
    "confirm.follow": (message) => handlers["badge.follow"](v.parse(TARGET, message)),
  };
}

const TARGET = CONTENT_MESSAGES["badge.follow"].fields;

async function viewOf(
  { row_id, address, screen_name, rest_id }: BadgeTarget,
  handlers: Pick<ContentHandlers<BadgeMessage>, "badge.rows">,
  { translate }: Locale,
): Promise<ConfirmView | null> {
  const people = [{ screenName: screen_name, restId: rest_id }];
  const [badge] = (await handlers["badge.rows"]({ people })).views;
  const account = badge?.accounts.find(
    (one) => one.address === address && (one.standing === "listed") === (row_id !== null),
  );
  if (!badge || !account || badge.row_id !== row_id) return null;
  return {
    language: badge.language,
    direction: badge.direction,
    question: account.question,
    why: translate("confirm.why"),
    yes: badge.words.yes,
    cancel: badge.words.cancel,
    asking: badge.words.asking,
  };
}
