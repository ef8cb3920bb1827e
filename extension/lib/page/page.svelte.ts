// What popup and tab show and can do: reads the engine's stores, sends its commands, remembers the step one is at.
import { tick } from "svelte";
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { fromStore } from "svelte/store";
import type { Dropped } from "./drop";
import { engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import { sentenceFor, speech, t } from "../i18n/i18n.svelte";
import { counts, decided, type Decision, failed, sorted, toFollow } from "./matches";
import type { AccountView, Events, ExportMake, MatchView, WorkView } from "../messages/messages.gen";
import type { Looked } from "../messages/views";
import { openTab, saveFile } from "./platform";
import { type Account, type Credentials, sessions } from "../sessions";
import * as settings from "../settings";
import { makeProfileView } from "../i18n/account-text";
import { forgetSeen } from "./x-list";
import { onReading, type Reading, readReading } from "../messages/reading";
import { live, readMatches, readState } from "../engine/stores";

export type View = "home" | "drop" | "sign-in" | "settings";
export type Step = WorkView["step"] | Exclude<Events["engine.progress"]["step"], "ready">;

const VIEWS: readonly View[] = ["home", "drop", "sign-in", "settings"];
// Works that the home page waits for; following has its own place and goes on beside everything.
const WORKS = ["archive.open", "directory.update", "match.find"] as const;
export type Work = (typeof WORKS)[number];

/** Errors that signing in mends. */
export const NEEDS_SIGN_IN: readonly string[] = ["not_signed_in", "session_expired"];

const readAll = async () => ({
  archive: await readState("archive"),
  directory: await readState("directory"),
  summary: await readState("matches"),
  queue: await readState("queue"),
  work: await readState("work"),
});

class Page {
  place = $state<"popup" | "tab">("tab");
  view = $state<View>("home");
  hash = $state("");
  account = $state.raw<Account | null>(null);
  signInDraft = $state("");
  refreshing = $state(false);
  saved = $state<string | null>(null);
  deleted = $state(false);
  /** The list on x.com that is being read, or was read last. */
  reading = $state.raw<Reading | null>(null);
  private failure = $state.raw<Failure | null>(null);
  private dismissed = $state<string | null>(null);
  private wanted: (() => Promise<void>) | null = null; // the follow that was pressed before signing in
  private begun = $state.raw<readonly Work[]>([]); // works of this page whose reply is still out
  private engineStep = $state<Events["engine.progress"]["step"]>("ready");
  private step = $state.raw<Events["work.progress"] | null>(null);
  // Decisions show at once and until the engine's copy has been read again, so that a tick never flickers.
  private readonly pendingDecisions = new SvelteMap<string, { decision: Decision }>();
  private kept: (() => void)[] = []; // forget those that the engine has confirmed
  readonly pendingFollows = new SvelteSet<string>();

  private readonly stored = fromStore(live(["state"], readAll, undefined));
  private readonly storedMatches = fromStore(live(["matches"], () => this.readMatches(), []));

  readonly loaded = $derived(this.stored.current !== undefined);
  readonly archive = $derived(this.stored.current?.archive ?? null);
  readonly directory = $derived(this.stored.current?.directory ?? null);
  // Version 0 stands for "there was never a copy": only its error says something.
  readonly hasDirectory = $derived(this.directory !== null && this.directory.version > 0);
  readonly summary = $derived(this.stored.current?.summary ?? null);
  readonly queue = $derived(this.stored.current?.queue ?? null);
  readonly work = $derived(this.stored.current?.work ?? null);
  private readonly inOrder = $derived(sorted(this.storedMatches.current, speech.locale));
  readonly matches = $derived(
    this.pendingDecisions.size ? this.inOrder.map((match) => this.withPending(match)) : this.inOrder,
  );
  readonly counts = $derived(counts(this.matches));
  readonly toFollow = $derived(toFollow(this.matches));
  readonly failedIds = $derived(failed(this.matches));

  /** What the person waits for, whoever asked for it; null when nothing. */
  readonly working = $derived(workOf(this.work) ?? this.begun[0] ?? null);
  readonly progress = $derived.by((): { step: Step; done: number; total: number } => {
    if (this.engineStep !== "ready") return { step: this.engineStep, done: 0, total: 0 };
    return this.step ?? this.work ?? { step: "runtime", done: 0, total: 0 };
  });
  // What is wrong with the directory is said where the directory is.
  readonly error = $derived.by(() => {
    const error = this.failure ?? this.workError;
    return error && isSame(error, this.directory?.error) ? null : error;
  });
  readonly signedIn = $derived(this.account !== null && !this.account.expired);

  private get workError(): Failure | null {
    const { work } = this;
    if (!work?.error || work.started_at === this.dismissed || work.error.code === "cancelled") return null;
    return failureOf(work.error);
  }

  /** Begin: called once by each page, before anything is shown. */
  async start(place: "popup" | "tab"): Promise<void> {
    this.place = place;
    this.readHash();
    window.addEventListener("hashchange", () => {
      this.readHash();
    });
    engine.events.on("engine.progress", (event) => (this.engineStep = event.step));
    engine.events.on("engine.died", () => (this.engineStep = "ready"));
    engine.events.on("work.progress", (event) => (this.step = workOf(event) ? event : this.step));
    sessions.onChange(() => void this.readAccount());
    // What nobody expected is still said, and goes to the console.
    window.addEventListener("unhandledrejection", ({ reason }) => (this.failure = failureOf(reason)));
    window.addEventListener("error", ({ error }) => (this.failure = error ? failureOf(error) : this.failure));
    onReading((reading) => (this.reading = reading));
    settings.onLanguage((setting) => (speech.setting = setting));
    [speech.setting, this.dismissed] = await Promise.all([settings.language(), settings.dismissedWork()]);
    this.reading = await readReading();
    await this.readAccount();
    const draft = await settings.signInDraft();
    this.signInDraft = draft ?? "";
    if (draft !== null && place === "popup" && !this.signedIn && this.view === "home") this.go("sign-in");
    await this.rouse();
  }

  go(view: View): void {
    this.wanted = null;
    this.hash = view;
    this.view = view;
    history.replaceState(null, "", view === "home" ? location.pathname : `#${view}`);
    scrollTo({ top: 0 });
    void tick().then(keepFocus);
  }

  /** Open the app tab at a step, and leave the popup to it. */
  async openTab(step: View): Promise<void> {
    await openTab(step);
    window.close();
  }

  /** Start the engine before it is needed, so that a drop reaches it even if the popup closes at once. */
  warmUp(): void {
    engine.call("engine.start", {}).catch((error: unknown) => {
      console.warn(error);
    });
  }

  async open({ names, files }: Dropped): Promise<void> {
    if (files.length === 0) {
      this.failure = { code: "not_an_x_archive", params: {} };
      return;
    }
    this.deleted = false;
    this.go("home");
    await this.wait("archive.open", () => engine.call("archive.open", { names }, files));
  }

  async cancel(): Promise<void> {
    await this.guard(() => engine.call("archive.cancel", {}));
  }

  /** Bring the directory up to date and look for everyone in it again. */
  async updateDirectory(): Promise<void> {
    await this.wait("directory.update", () => engine.call("directory.update", {}));
  }

  /** Keep a decision; it shows at once, and goes back if the engine could not keep it. */
  async decide(match: MatchView, account: AccountView, decision: Decision): Promise<void> {
    const { rest_id } = match;
    const { network, address } = account;
    const key = `${rest_id} ${network} ${address}`;
    const pending = { decision };
    // A newer decision on the same account may be under way.
    const forget = () => {
      if (this.pendingDecisions.get(key) === pending) this.pendingDecisions.delete(key);
    };
    this.pendingDecisions.set(key, pending);
    const isKept = await this.guard(() =>
      engine.call("decision.set", { rest_id, network, address, decision }),
    );
    if (isKept) this.kept.push(forget);
    else forget();
  }

  /** Follow these people, or everyone ticked; who is not signed in does that first. */
  async follow(restIds: string[] | null): Promise<void> {
    const { account } = this;
    if (!account || account.expired) {
      this.signInFirst(() => this.follow(restIds));
      return;
    }
    for (const id of restIds ?? []) this.pendingFollows.add(id);
    await this.guard(() => engine.call("follow.start", { account: account.did, rest_ids: restIds }));
    for (const id of restIds ?? []) this.pendingFollows.delete(id);
  }

  /** Follow the one account of somebody that only their profile on X names, once it has been checked. */
  async followNamed(match: MatchView, named: AccountView): Promise<void> {
    const { account } = this;
    if (!account || account.expired) {
      this.signInFirst(() => this.followNamed(match, named));
      return;
    }
    const { rest_id, screen_name } = match;
    const { address } = named;
    const key = `${rest_id} ${address}`;
    this.pendingFollows.add(key);
    const wanted = { account: account.did, row_id: null, screen_name: screen_name ?? "", rest_id, address };
    const followed = await this.guard(() => engine.call("follow.one", wanted));
    if (followed?.error) this.failure = failureOf(followed.error);
    this.pendingFollows.delete(key);
  }

  /** Ask an account's network for its profile, and thereby check what a profile on X says. */
  async look(
    { rest_id, screen_name, row_id }: MatchView,
    { network, address, listed }: AccountView,
  ): Promise<Looked> {
    try {
      const view = await engine.call("account.look", {
        rest_id,
        screen_name: screen_name ?? "",
        row_id: listed ? row_id : null,
        network,
        address,
      });
      return { profile: makeProfileView(view, t), error_text: "" };
    } catch (error) {
      const failure = failureOf(error);
      return {
        profile: null,
        error_text: failure.code === "account_not_found" ? t("account.not_there") : sentenceFor(failure),
      };
    }
  }

  private signInFirst(then: () => Promise<void>): void {
    this.go("sign-in");
    this.wanted = then;
  }

  async pause(): Promise<void> {
    await this.guard(() => engine.call("follow.pause", {}));
  }

  async resume(): Promise<void> {
    await this.guard(() => engine.call("follow.resume", {}));
  }

  async save(format: ExportMake["format"]): Promise<void> {
    await this.guard(async () => {
      const { filename, media_type, text } = await engine.call("export.make", { format });
      saveFile(filename, media_type, text);
      this.saved = filename;
    });
  }

  /** Find the server of a handle. Throws what the engine answers. */
  findAccount(handle: string) {
    return engine.call("account.find", { handle });
  }

  /** Sign in and go home. Throws what the server answers. */
  async signIn(credentials: Credentials): Promise<void> {
    this.account = await sessions.signIn(credentials);
    await this.keepDraft(null);
    const { wanted } = this;
    this.go("home");
    void this.takeUp(credentials.did, wanted);
  }

  // Mark who is followed already; then do what waited for somebody to sign in.
  private async takeUp(did: string, wanted: (() => Promise<void>) | null): Promise<void> {
    await this.refreshFollows(did);
    if (this.hasStoppedForSignIn(did)) await this.resume();
    await wanted?.();
  }

  async signOut(): Promise<void> {
    const { account } = this;
    if (account) await this.guard(() => sessions.signOut(account.did));
  }

  /** Remember a handle being typed, so that a popup that closes opens again at the same step. */
  async keepDraft(handle: string | null): Promise<void> {
    this.signInDraft = handle ?? "";
    await settings.setSignInDraft(handle);
  }

  /** Erase everything. Sessions and settings go even if the engine fails, which is then shown. */
  async deleteAll(switchOffBadges: () => Promise<unknown>): Promise<void> {
    const steps = [
      () => switchOffBadges(),
      forgetSeen,
      () => engine.call("data.delete", {}),
      () => sessions.deleteAll(),
      () => settings.clear(),
    ];
    const failures: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) this.failure = failureOf(failures[0]);
    this.deleted = failures.length === 0;
    this.account = null;
    speech.setting = "auto";
  }

  async setLanguage(setting: typeof speech.setting): Promise<void> {
    speech.setting = setting;
    await settings.setLanguage(setting);
  }

  dismissError(): void {
    this.failure = null;
    this.dismissed = this.work?.started_at ?? null;
    if (this.dismissed) void settings.setDismissedWork(this.dismissed);
  }

  /** Do something and show what goes wrong; gives its result, or undefined. */
  async guard<A extends unknown[], R>(
    work: (...given: A) => Promise<R>,
    ...given: A
  ): Promise<R | undefined> {
    try {
      this.failure = null;
      return await work(...given);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== "cancelled") this.failure = failure;
      return undefined;
    }
  }

  private async wait<R>(name: Work, work: () => Promise<R>): Promise<void> {
    this.dismissError();
    this.step = null;
    this.begun = [...this.begun, name];
    await this.guard(work);
    this.begun = this.begun.slice(1);
    this.step = null;
  }

  private async refreshFollows(did: string): Promise<void> {
    if (!this.archive) return;
    this.refreshing = true;
    await this.guard(() => engine.call("follow.refresh", { account: did }));
    this.refreshing = false;
  }

  private hasStoppedForSignIn(did: string): boolean {
    const { queue } = this;
    return queue?.account === did && queue.error !== null && NEEDS_SIGN_IN.includes(queue.error.code);
  }

  private async readMatches(): Promise<MatchView[]> {
    const { kept } = this;
    this.kept = [];
    const matches = await readMatches();
    for (const forget of kept) forget();
    return matches;
  }

  private async readAccount(): Promise<void> {
    this.account = await sessions.current();
  }

  // Work that a closed browser left behind goes on, or says that it was interrupted, as soon as the engine runs.
  private async rouse(): Promise<void> {
    const [work, queue] = await Promise.all([readState("work"), readState("queue")]);
    if ((work && !work.error) || queue?.running) this.warmUp();
  }

  private readHash(): void {
    this.hash = location.hash.slice(1);
    this.view = VIEWS.find((view) => view === this.hash) ?? "home";
  }

  private withPending(match: MatchView): MatchView {
    return match.accounts.reduce((changed, { network, address }) => {
      const pending = this.pendingDecisions.get(`${match.rest_id} ${network} ${address}`);
      return pending ? decided(changed, { network, address, decision: pending.decision }) : changed;
    }, match);
  }
}

function workOf(work: { command: string; error?: unknown } | null): Work | null {
  return (!work?.error && WORKS.find((name) => name === work?.command)) || null;
}

function isSame(error: Failure, other: Failure | null | undefined): boolean {
  return error.code === other?.code && error.params.host === other.params.host;
}

// Whoever pressed a button that went away goes on at the top of what came instead.
function keepFocus(): void {
  if (document.activeElement === document.body)
    document.querySelector("main")?.focus({ preventScroll: true });
}

export const page = new Page();
