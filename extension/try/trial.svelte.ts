// What the page knows: how far it is, the archive, the people found, and what went wrong.
import { SvelteSet } from "svelte/reactivity";
import { makeSerializer } from "../lib/async";
import { type Failure, failureOf } from "../lib/engine/failures";
import type {
  AccountView,
  ArchiveView,
  DirectoryView,
  Events,
  ExportMake,
  MatchesView,
  MatchView,
} from "../lib/messages/messages.gen";
import { locale } from "../lib/i18n/i18n.svelte";
import type { Dropped } from "../lib/page/drop";
import { counts, decided, EVERYONE, FILTERS, find, type Shown, sorted, toImport } from "../lib/page/list";
import { saveFile } from "../lib/page/save";
import type { Progress } from "../lib/page/work-steps";
import { Engine } from "./engine";

const START: Progress = { step: "reading", done: 0, total: 0 };

export class Trial {
  /** `ended`: the engine could not be loaded, or died; a fresh one has to be loaded. */
  stage = $state<"loading" | "ready" | "working" | "ended">("loading");
  progress = $state.raw<Progress>(START);
  error = $state.raw<Failure | null>(null);
  archive = $state.raw<ArchiveView | null>(null);
  directory = $state.raw<DirectoryView | null>(null);
  summary = $state.raw<MatchesView | null>(null);
  /** The name of the file that was saved last. */
  saved = $state<string | null>(null);
  shown = $state.raw<Shown>(EVERYONE);
  private readonly explained = new SvelteSet<string>(); // rest_ids of people whose evidence is shown
  private matches = $state.raw<readonly MatchView[]>([]);
  // A list that was read before a tick must not come after it.
  private readonly inOrder = makeSerializer();
  private engine: Engine;

  readonly all = $derived(sorted(this.matches, locale.tag));
  readonly people = $derived(find(this.all, this.shown));
  readonly counts = $derived(counts(this.all));
  readonly toImport = $derived(toImport(this.all));
  /** Of the people shown, those who can be put into the list for Mastodon. */
  readonly tickable = $derived(this.people.filter(FILTERS.fediverse));

  constructor(private readonly startWorker: () => Worker) {
    this.engine = this.load();
  }

  /** Load a fresh engine, after one that died. */
  retry(): void {
    this.forget();
    this.engine = this.load();
  }

  /** Read an archive and look for its people, in place of the one before. */
  async open({ names, files }: Dropped): Promise<void> {
    this.forget();
    this.stage = "working";
    await this.guard(async () => {
      await this.engine.call("data.delete", {});
      const { archive, directory, matches } = await this.engine.call("archive.open", { names }, files);
      await this.read();
      this.archive = archive;
      this.directory = directory;
      this.summary = matches;
    });
    this.rest();
  }

  cancel(): void {
    void this.guard(() => this.engine.call("archive.cancel", {}));
  }

  /** Go back to the choice of an archive, and forget this one. */
  again(): void {
    this.forget();
    void this.guard(() => this.engine.call("data.delete", {}));
  }

  /** Put one account into the list for Mastodon, or leave it out. */
  async tick(match: MatchView, { network, address }: AccountView, isTicked: boolean): Promise<void> {
    const decision = isTicked ? "chosen" : "unchosen";
    const change = { network, address, decision } as const;
    await this.inOrder(async () => {
      await this.guard(() => this.engine.call("decision.set", { rest_id: match.rest_id, ...change }));
      this.matches = this.matches.map((one) => (one.rest_id === match.rest_id ? decided(one, change) : one));
    });
  }

  /** Put the people shown into the list for Mastodon, or leave them out. */
  async tickShown(decision: "chosen" | "unchosen"): Promise<void> {
    const rest_ids = this.tickable.map(({ rest_id }) => rest_id);
    await this.inOrder(() =>
      this.guard(async () => {
        await this.engine.call("decision.set_many", { rest_ids, decision });
        await this.read();
      }),
    );
  }

  /** Return whether the evidence for a match is shown. */
  isOpen({ rest_id }: MatchView): boolean {
    return this.explained.has(rest_id);
  }

  /** Show or hide the evidence for a match. */
  setOpen({ rest_id }: MatchView, isOpen: boolean): void {
    if (isOpen) this.explained.add(rest_id);
    else this.explained.delete(rest_id);
  }

  /** Save the result as a file. */
  async save(format: ExportMake["format"]): Promise<void> {
    await this.guard(async () => {
      const { filename, media_type, text } = await this.engine.call("export.make", { format });
      saveFile(filename, media_type, text);
      this.saved = filename;
    });
  }

  private load(): Engine {
    this.stage = "loading";
    const engine = new Engine(this.startWorker(), (event) => this.hear(event));
    engine.isWhole.then(
      () => (this.stage = "ready"),
      (error: unknown) => this.fail(error),
    );
    return engine;
  }

  private async read(): Promise<void> {
    const { text } = await this.engine.call("export.make", { format: "json" });
    this.matches = JSON.parse(text) as MatchView[];
  }

  private hear(event: Events[keyof Events]): void {
    if (event.type === "work.progress") this.progress = event;
  }

  /** Do something; what goes wrong is shown. */
  async guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const failure = failureOf(error);
    if (failure.code === "engine_died") this.stage = "ended";
    this.error = failure.code === "cancelled" ? null : failure;
  }

  // Unless the engine has died meanwhile.
  private rest(): void {
    if (this.stage === "working") this.stage = "ready";
  }

  private forget(): void {
    this.progress = START;
    this.error = null;
    this.saved = null;
    this.shown = EVERYONE;
    this.archive = this.directory = this.summary = null;
    this.explained.clear();
    this.matches = [];
  }
}
