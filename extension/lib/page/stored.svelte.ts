// The engine's views as it stored them, kept up to date while a page shows them.
import { fromStore } from "svelte/store";
import { live, readState, type State } from "../engine/stores";

const KEYS = [
  "approval",
  "archive",
  "blocking",
  "campaigns",
  "candidate",
  "date",
  "date_offer",
  "directories",
  "directory",
  "excluded",
  "growth",
  "join",
  "lanes",
  "objection",
  "offer",
  "search",
  "matches",
  "post bluesky",
  "post fediverse",
  "preferred",
  "queue",
  "work",
] as const satisfies readonly (keyof State)[];

type Views = { readonly [K in (typeof KEYS)[number]]: State[K] | null };

async function readAll(): Promise<Views> {
  const entries = await Promise.all(KEYS.map(async (key) => [key, await readState(key)] as const));
  return Object.fromEntries(entries) as unknown as Views;
}

export class Stored {
  private readonly views = fromStore(live<Views | undefined>(["state"], readAll, undefined));

  readonly isLoaded = $derived(this.views.current !== undefined);
  /** The standing approval to follow people who are new in the directory. */
  readonly approval = $derived(this.views.current?.approval ?? null);
  readonly archive = $derived(this.views.current?.archive ?? null);
  /** Days on which people leave X together, as the directory announces them. */
  readonly campaigns = $derived(this.views.current?.campaigns?.campaigns ?? []);
  /** An archive of another account that waits for the person's answer. */
  readonly candidate = $derived(this.views.current?.candidate ?? null);
  /** The date on which people are followed together; null where none is set. */
  readonly date = $derived(this.views.current?.date ?? null);
  /** Whether a date is offered: one would lead to something, or one is set. */
  readonly offersDate = $derived(this.date !== null || (this.views.current?.date_offer?.has_use ?? true));
  readonly directory = $derived(this.views.current?.directory ?? null);
  /** The directories that the person added. */
  readonly added = $derived(this.views.current?.directories?.added ?? []);
  /** People who are never proposed, with the reason. */
  readonly excluded = $derived(this.views.current?.excluded?.people ?? []);
  /** Version 0 is no directory: the engine stores it with the error of a first download that failed. */
  readonly hasDirectory = $derived(this.directory !== null && this.directory.version > 0);
  readonly summary = $derived(this.views.current?.matches ?? null);
  /** On which network people are followed who are on several; null: on each. */
  readonly preferred = $derived(this.views.current?.preferred?.network ?? null);
  /** The person's own claim, and their objection; null where none was made here. */
  readonly join = $derived(this.views.current?.join ?? null);
  readonly objection = $derived(this.views.current?.objection ?? null);
  /** Blocking people on Bluesky who are blocked on X. */
  readonly blocking = $derived(this.views.current?.blocking ?? null);
  /** Where the followed people were found, day by day; null before they were counted. */
  readonly growth = $derived(this.views.current?.growth ?? null);
  /** The person's own post on each network; null where none was prepared. */
  readonly posts = $derived({
    bluesky: this.views.current?.["post bluesky"] ?? null,
    fediverse: this.views.current?.["post fediverse"] ?? null,
  });
  readonly lanes = $derived(this.views.current?.lanes ?? null);
  /** What looking for people would send. */
  readonly offer = $derived(this.views.current?.offer ?? null);
  readonly search = $derived(this.views.current?.search ?? null);
  readonly queue = $derived(this.views.current?.queue ?? null);
  readonly work = $derived(this.views.current?.work ?? null);
}
