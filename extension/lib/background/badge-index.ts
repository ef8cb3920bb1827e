// The index of marks in `storage.local`, where content scripts read it.
import { browser } from "wxt/browser";
import { badgesState } from "../badge-switch";
import { isStoredIndex, MarkIndexBuilder, type StoredMarkIndex } from "../messages/mark-index";
import type { DirectoryRow } from "../rules/directory";
import { BADGE_INDEX } from "../rules/keys";
import type { PeopleParts } from "./badge-people";

const SLICE = 1 << 20; // bytes of rows read at a time

/** Store the index of the current directory, or remove it while badges are off; writes only a change. */
export async function publishIndex({
  version,
  files,
}: Pick<PeopleParts, "version" | "files">): Promise<void> {
  const wanted = (await badgesState()) === "on" ? await version() : null;
  const stored: unknown = (await browser.storage.local.get(BADGE_INDEX))[BADGE_INDEX];
  if (wanted === null) {
    if (stored !== undefined) await browser.storage.local.remove(BADGE_INDEX);
  } else if (!isStoredIndex(stored) || stored.version !== wanted)
    await browser.storage.local.set({ [BADGE_INDEX]: await makeMarkIndex(wanted, (await files()).rows) });
}

/** Make the index from the directory's rows, read slice by slice. */
export async function makeMarkIndex(version: number, rows: Blob): Promise<StoredMarkIndex> {
  const builder = new MarkIndexBuilder();
  const decoder = new TextDecoder();
  let begun = ""; // of a line whose end is in the next slice
  for (let at = 0; at < rows.size; at += SLICE) {
    const bytes = await rows.slice(at, at + SLICE).arrayBuffer();
    const lines = (begun + decoder.decode(bytes, { stream: true })).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) builder.add(JSON.parse(line) as DirectoryRow);
  }
  if (begun) builder.add(JSON.parse(begun) as DirectoryRow);
  return builder.build(version);
}
