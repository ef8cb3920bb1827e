// Which of X's two clients drew this page: the table of adapters, chosen by what stands in the page, never by its address.
import { classic } from "./classic";
import { newClient } from "./new";
import type { Adapter } from "./people";

export const ADAPTERS: readonly Adapter[] = [classic, newClient];

/** Attributes to watch, for every client at once: a tab changes from one to the other when the person signs in. */
export const WATCHED_ATTRIBUTES: readonly string[] = [
  ...new Set(ADAPTERS.flatMap(({ attributes }) => attributes)),
];

/** Return the adapter for what the page is now, or null while it is neither. */
export function chooseAdapter(document: Document): Adapter | null {
  return ADAPTERS.find((adapter) => adapter.isHere(document)) ?? null;
}
