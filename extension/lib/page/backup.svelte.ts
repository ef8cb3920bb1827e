// Saving everything that is the person's as a file, and restoring such a file: what is under way, asked, and done.
import type { Engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import type { BackupSettings, BackupView } from "../messages/messages.gen";
import * as settings from "../settings";
import { saveFile } from "./save";

export class Backups {
  isSaving = $state(false);
  /** A file is being read, or restored. */
  isReading = $state(false);
  isRestoring = $state(false);
  /** What the chosen file holds, until the person says yes or no. */
  found = $state.raw<BackupView | null>(null);
  /** The name of the file saved last. */
  saved = $state<string | null>(null);
  restored = $state.raw<BackupView | null>(null);
  failure = $state.raw<Failure | null>(null);
  private file: File | null = null;

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly use: (settings: BackupSettings) => Promise<void>,
  ) {}

  async save(): Promise<void> {
    if (this.isSaving) return;
    this.isSaving = true;
    await this.attempt(async () => {
      const made = await this.engine.call("backup.make", { settings: await storedSettings() });
      saveFile(made.filename, made.media_type, made.text);
      this.saved = made.filename;
    });
    this.isSaving = false;
  }

  /** Read a file, to be asked about; nothing is changed. */
  async choose(file: File): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    await this.attempt(async () => {
      this.found = await this.engine.call("backup.look", { names: [file.name] }, [file]);
      this.file = file;
    });
    this.isReading = false;
  }

  /** Restore the file that was chosen. */
  async restore(): Promise<void> {
    const { file } = this;
    if (!file || this.isRestoring) return;
    this.isRestoring = true;
    await this.attempt(async () => {
      this.restored = await this.engine.call("backup.restore", { names: [file.name] }, [file]);
      await this.use(this.restored.settings);
    });
    this.isRestoring = false;
    this.leave();
  }

  /** Forget the file that was chosen. */
  leave(): void {
    this.found = null;
    this.file = null;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.saved = this.restored = this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = failureOf(error);
    }
  }
}

async function storedSettings(): Promise<BackupSettings> {
  const [language, pictures] = await Promise.all([settings.language(), settings.arePicturesOn()]);
  return { language, pictures };
}
