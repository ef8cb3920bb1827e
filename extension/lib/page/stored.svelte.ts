// The engine's views as it stored them, kept up to date while a page shows them.
import { fromStore } from "svelte/store";
import { live, readState } from "../engine/stores";

const readAll = async () => ({
  approval: await readState("approval"),
  archive: await readState("archive"),
  candidate: await readState("candidate"),
  directory: await readState("directory"),
  lanes: await readState("lanes"),
  offer: await readState("offer"),
  search: await readState("search"),
  summary: await readState("matches"),
  preferred: await readState("preferred"),
  queue: await readState("queue"),
  work: await readState("work"),
});

export class Stored {
  private readonly views = fromStore(live(["state"], readAll, undefined));

  readonly isLoaded = $derived(this.views.current !== undefined);
  /** The standing approval to follow people who are new in the directory. */
  readonly approval = $derived(this.views.current?.approval ?? null);
  readonly archive = $derived(this.views.current?.archive ?? null);
  /** An archive of another account that waits for the person's answer. */
  readonly candidate = $derived(this.views.current?.candidate ?? null);
  readonly directory = $derived(this.views.current?.directory ?? null);
  /** Version 0 is no directory: the engine stores it with the error of a first download that failed. */
  readonly hasDirectory = $derived(this.directory !== null && this.directory.version > 0);
  readonly summary = $derived(this.views.current?.summary ?? null);
  /** On which network people are followed who are on several; null: on each. */
  readonly preferred = $derived(this.views.current?.preferred?.network ?? null);
  readonly lanes = $derived(this.views.current?.lanes ?? null);
  /** What looking for people would send. */
  readonly offer = $derived(this.views.current?.offer ?? null);
  readonly search = $derived(this.views.current?.search ?? null);
  readonly queue = $derived(this.views.current?.queue ?? null);
  readonly work = $derived(this.views.current?.work ?? null);
}
