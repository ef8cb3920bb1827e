// What left this computer: read when the person opens the list, shown by day, saved as a file, cleared.
import { makeSerializer } from "../async";
import { clearSent, readSent, type Sent } from "../sent/log";
import type { Purpose } from "../sent/purposes";
import type { Failures } from "./failures.svelte";
import { saveFile } from "./save";
import { byDay, tableOf } from "./sent";

const STEP = 100; // lines shown at first, and more at each press

export class SentLog {
  /** null until it was read. */
  all = $state.raw<readonly Sent[] | null>(null);
  /** The name of the file that was saved last. */
  saved = $state<string | null>(null);
  private most = $state(STEP);
  // A read that began before the list was cleared must not end after it.
  private readonly inOrder = makeSerializer();
  /** The lines shown, by day, the newest first. */
  readonly days = $derived(byDay((this.all ?? []).slice(0, this.most)));
  private readonly hidden = $derived(Math.max(0, (this.all?.length ?? 0) - this.most));
  /** How many lines the next press shows. */
  readonly next = $derived(Math.min(STEP, this.hidden));

  constructor(private readonly failures: Failures) {}

  /** Read the list; returns whether that succeeded. */
  async read(): Promise<boolean> {
    this.saved = null;
    return this.inOrder(async () => {
      const read = await this.failures.guard(readSent);
      this.all = read ?? this.all;
      return read !== undefined;
    });
  }

  showMore(): void {
    this.most += STEP;
  }

  async clear(): Promise<void> {
    await this.inOrder(() => this.failures.guard(clearSent));
    await this.read();
    this.most = STEP;
  }

  /** Save all of it, with each purpose also as a sentence. */
  async save(sentenceFor: (why: Purpose) => string): Promise<void> {
    if (!(await this.read())) return;
    const { name, content } = tableOf(this.all ?? [], sentenceFor);
    saveFile(name, "text/csv", content);
    this.saved = name;
  }
}
