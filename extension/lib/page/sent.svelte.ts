// What left this computer, read when the person opens the list, and saved as a file.
import { clearSent, csvName, readSent, type Sent, toCsv } from "../sent/log";
import type { Failures } from "./failures.svelte";
import { saveFile } from "./platform";

const SHOWN = 50; // lines at first

export class SentLog {
  /** null until it was read. */
  all = $state.raw<readonly Sent[] | null>(null);
  isWhole = $state(false);
  saved = $state<string | null>(null);
  readonly shown = $derived(this.isWhole ? (this.all ?? []) : (this.all ?? []).slice(0, SHOWN));
  readonly hidden = $derived((this.all ?? []).length - this.shown.length);

  constructor(private readonly failures: Failures) {}

  async read(): Promise<void> {
    this.saved = null;
    this.all = (await this.failures.guard(readSent)) ?? this.all;
  }

  async clear(): Promise<void> {
    await this.failures.guard(clearSent);
    await this.read();
  }

  async save(): Promise<void> {
    await this.read();
    const name = csvName();
    saveFile(name, "text/csv", toCsv(this.all ?? []));
    this.saved = name;
  }
}
