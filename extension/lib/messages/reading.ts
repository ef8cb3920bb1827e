// "Read my following list": how far it is, kept in `storage.local` by the background, shown by pages and by the bar on x.com.
import { browser } from "wxt/browser";
import type { ErrorView } from "./messages.gen";
import type { ListKind } from "./views";

/** One reading that the person asked for. The background writes it; everybody else only looks. */
export interface Reading {
  readonly kind: ListKind;
  /** Whose list: the @name that is signed in on x.com; null until their page has been seen. */
  readonly screen_name: string | null;
  readonly read: number;
  /** How many X says there are; null while it has not said. */
  readonly total: number | null;
  readonly isComplete: boolean;
  /** X ended the list long before its own count; the list stays open. */
  readonly isCutShort: boolean;
  /** Whether its tab has been opened; not before the browser lets us see x.com. */
  readonly isOpened: boolean;
  /** Why what was read could not be kept. */
  readonly error: Pick<ErrorView, "code" | "params"> | null;
}

const READING = "reading";

export async function readReading(): Promise<Reading | null> {
  return ((await browser.storage.local.get(READING))[READING] as Reading | undefined) ?? null;
}

export async function writeReading(reading: Reading | null): Promise<void> {
  await (reading ? browser.storage.local.set({ [READING]: reading }) : browser.storage.local.remove(READING));
}

/** Call `listener` at each change; gives the function that ends it. */
export function onReading(listener: (reading: Reading | null) => void): () => void {
  const changed = (changes: Record<string, { newValue?: unknown }>, area: string) => {
    const change = area === "local" ? changes[READING] : undefined;
    if (change) listener((change.newValue as Reading | undefined) ?? null);
  };
  browser.storage.onChanged.addListener(changed);
  return () => {
    browser.storage.onChanged.removeListener(changed);
  };
}
