// Long works of the engine: opening an archive, updating the directory, matching; how far they are and what went wrong.
import type { Dropped } from "./drop";
import type { Engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import type { Events } from "../messages/messages.gen";
import * as settings from "../settings";
import type { Failures } from "./failures.svelte";
import type { Stored } from "./stored.svelte";
import { ENGINE_STEPS, type Progress, type Step, STEPS, type WorkName, WORKS } from "./work-steps";

interface Begun {
  readonly name: WorkName;
}

export class Work {
  private begun = $state.raw<readonly Begun[]>([]); // works of this page whose reply is still out
  private engineStep = $state<Events["engine.progress"]["step"]>("ready");
  private hasStarted = $state(false);
  private step = $state.raw<Events["work.progress"] | null>(null);
  private dismissed = $state<string | null>(null); // started_at of a failed work whose error was closed
  /** The engine finds no room to store what it does: it waits, tries again and says so every ten seconds. */
  isStorageFull = $state(false);

  constructor(
    private readonly engine: Engine,
    private readonly stored: Pick<Stored, "work" | "directory">,
    private readonly failures: Failures,
  ) {}

  /** The work that is going on, in whichever page it was started; null when none is. */
  readonly current = $derived.by(() => workOf(this.stored.work) ?? this.begun[0]?.name ?? null);

  readonly progress = $derived.by((): Progress => {
    if (this.engineStep !== "ready") return { step: this.engineStep, done: 0, total: 0 };
    return this.step ?? this.stored.work ?? { step: this.firstStep, done: 0, total: 0 };
  });

  /** What to show above the page. The directory's own error is shown beside the directory instead. */
  readonly error = $derived.by(() => {
    const error = this.failures.current ?? this.storedError;
    return error && isSame(error, this.stored.directory?.error) ? null : error;
  });

  // Before the work's first event: the engine's start, which a running engine has behind it.
  private get firstStep(): Step {
    const steps = this.hasStarted && this.current ? STEPS[this.current] : [];
    return steps.find((step) => !ENGINE_STEPS.has(step)) ?? "runtime";
  }

  private get storedError(): Failure | null {
    const { work } = this.stored;
    if (!work?.error || work.started_at === this.dismissed || work.error.code === "cancelled") return null;
    return failureOf(work.error);
  }

  /** Follow the engine's events, and read which error was dismissed. */
  async start(): Promise<void> {
    this.engine.events.on("engine.progress", (event) => {
      this.engineStep = event.step;
      this.hasStarted = event.step === "ready";
    });
    this.engine.events.on("engine.died", () => {
      this.hasStarted = false;
      this.engineStep = "ready";
      this.isStorageFull = false;
    });
    this.engine.events.on("storage.changed", (event) => (this.isStorageFull = event.is_full));
    this.engine.events.on("work.progress", (event) => (this.step = workOf(event) ? event : this.step));
    this.dismissed = await settings.dismissedWork();
  }

  /** Start the engine before it is needed, so that a drop reaches it even if the popup closes at once. */
  warmUp(): void {
    this.engine.call("engine.start", {}).catch((error: unknown) => {
      console.warn(error);
    });
  }

  async open({ names, files }: Dropped): Promise<void> {
    await this.wait("archive.open", () => this.engine.call("archive.open", { names }, files));
  }

  async cancel(): Promise<void> {
    await this.failures.guard(() => this.engine.call("archive.cancel", {}));
  }

  /** Use the archive of another account that was read last, instead of the one here. */
  async replaceArchive(): Promise<void> {
    await this.wait("archive.replace", () => this.engine.call("archive.replace", {}));
  }

  /** Keep the archive that is here, and forget the one of another account that was read last. */
  async discardArchive(): Promise<void> {
    await this.failures.guard(() => this.engine.call("archive.discard", {}));
  }

  /** Bring the directory up to date and match everyone with it again. */
  async updateDirectory(): Promise<void> {
    await this.wait("directory.update", () => this.engine.call("directory.update", {}));
  }

  /** Use one more directory; returns whether it is in use now. */
  async addDirectory(url: string, key: string): Promise<boolean> {
    return this.wait("directory.update", () => this.engine.call("directory.add", { url, key }));
  }

  /** No longer use a directory that was added. */
  async removeDirectory(url: string): Promise<void> {
    await this.wait("directory.update", () => this.engine.call("directory.remove", { url }));
  }

  dismissError(): void {
    this.failures.clear();
    this.dismissed = this.stored.work?.started_at ?? null;
    if (this.dismissed) void settings.setDismissedWork(this.dismissed);
  }

  /** Wait for a work; returns whether it succeeded. */
  private async wait(name: WorkName, work: () => Promise<object>): Promise<boolean> {
    this.dismissError();
    this.step = null;
    const begun = { name };
    this.begun = [...this.begun, begun];
    const result = await this.failures.guard(work);
    this.begun = this.begun.filter((one) => one !== begun);
    if (this.begun.length === 0) this.step = null;
    return result !== undefined;
  }
}

function workOf(work: { command: string; error?: unknown } | null): WorkName | null {
  return (!work?.error && WORKS.find((name) => name === work?.command)) || null;
}

function isSame(error: Failure, other: Failure | null | undefined): boolean {
  return error.code === other?.code && error.params.host === other.params.host;
}
