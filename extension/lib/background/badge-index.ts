// The badge index in `storage.local`, where content scripts read it.
import { browser } from "wxt/browser";
import { badgesState } from "../badge-switch";
import {
  FORMAT,
  isStoredIndex,
  makeStoredKeys,
  type StoredBadgeIndex,
  type StoredKeys,
} from "../messages/badge-index";
import type { DirectoryFiles } from "../rules/directory";
import { BADGE_INDEX } from "../rules/keys";
import { Overlay } from "../rules/overlay";
import type { PeopleParts } from "./badge-people";

/** Store the index of the current directories, or remove it while badges are off; writes only a change. */
export async function publishIndex({
  version,
  files,
}: Pick<PeopleParts, "version" | "files">): Promise<void> {
  const wanted = (await badgesState()) === "on" ? await version() : null;
  const stored: unknown = (await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX];
  if (wanted === null) {
    if (stored !== undefined) await browser.storage.local.remove(BADGE_INDEX);
  } else if (!isStoredIndex(stored) || stored.version !== wanted)
    await browser.storage.local.set({ [BADGE_INDEX]: await makeBadgeIndex(wanted, await files()) });
}

/** Make the index: the files of keys as they came, and the keys of the rows that changed since. */
export async function makeBadgeIndex(
  version: string,
  directories: readonly DirectoryFiles[],
): Promise<StoredBadgeIndex> {
  return { format: FORMAT, version, directories: await Promise.all(directories.map(keysOf)) };
}

async function keysOf({ keys, overlay, isAdded }: DirectoryFiles): Promise<StoredKeys> {
  const newer = new Overlay((await overlay?.text()) ?? "").keys();
  return makeStoredKeys(await keys.arrayBuffer(), newer, isAdded);
}
