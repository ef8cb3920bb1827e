// The directory's keys in `storage.local`, where content scripts read them.
import { browser } from "wxt/browser";
import { badgesState } from "../badge-switch";
import { BADGE_INDEX, makeBadgeIndex } from "../rules/keys";
import type { PeopleParts } from "./badge-people";

/** Store the index of the current directory, or remove it while badges are off; writes only a change. */
export async function publishIndex({
  version,
  files,
}: Pick<PeopleParts, "version" | "files">): Promise<void> {
  const wanted = (await badgesState()) === "on" ? await version() : null;
  const stored = (await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX] as
    { version: number } | undefined;
  if (wanted === (stored?.version ?? null)) return;
  if (wanted === null) await browser.storage.local.remove(BADGE_INDEX);
  else
    await browser.storage.local.set({
      [BADGE_INDEX]: makeBadgeIndex(wanted, await (await files()).keys.arrayBuffer()),
    });
}
