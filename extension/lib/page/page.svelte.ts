// What popup and tab show: the step one is at, and the subjects of the page put together.
import { tick } from "svelte";
import { onReading, type Reading, readReading } from "../messages/reading";
import { readState } from "../engine/stores";
import { foundText } from "../i18n/archive-text";
import { locale, t } from "../i18n/i18n.svelte";
import { type LanguageSetting, parseLanguage } from "../i18n/i18n";
import type { BackupSettings, ExportMake } from "../messages/messages.gen";
import { type Account, type Credentials, type SessionNetwork, sessions } from "../sessions";
import * as settings from "../settings";
import { SignedIn } from "./account.svelte";
import { deleteAllData } from "./background";
import { Backups } from "./backup.svelte";
import { LeavingDate } from "./date.svelte";
import { type Dropped, isNoZip } from "./drop";
import { pageEngine as engine } from "./engine";
import { Exit } from "./exit.svelte";
import { makeMeasure, makePng, makeSvg } from "./exit-picture";
import { Failures } from "./failures.svelte";
import { focusHeading } from "./focus";
import { Folds } from "./folds";
import { Guesses } from "./guesses.svelte";
import { Join } from "./join.svelte";
import { Pictures } from "./pictures.svelte";
import { Follow } from "./follow.svelte";
import { History } from "./history.svelte";
import { EVERYONE } from "./list";
import { Matches } from "./matches.svelte";
import { openTab, persistStorage } from "./platform";
import { Posting } from "./posting.svelte";
import { PeopleShown } from "./people-shown.svelte";
import { RowChecks } from "./row-checks.svelte";
import { saveFile } from "./save";
import { SearchOne } from "./search-one.svelte";
import { SentLog } from "./sent.svelte";
import { Stored } from "./stored.svelte";
import { Work } from "./work.svelte";

const VIEWS = [
  "home",
  "drop",
  "sign-in",
  "settings",
  "history",
  "review",
  "join",
  "exit",
  "invite",
  "where",
  "leave",
  "date",
] as const;
const MINUTE = 60_000; // milliseconds
export type View = (typeof VIEWS)[number];

export class Page {
  readonly failures = new Failures();
  readonly stored = new Stored();
  readonly work = new Work(engine, this.stored, this.failures);
  readonly matches = new Matches(engine, this.failures);
  readonly people = new PeopleShown(this.matches);
  readonly history = new History(engine, this.failures);
  readonly signedIn = new SignedIn(engine, sessions, this.failures);
  readonly follow = new Follow(engine, this.stored, this.signedIn, this.failures, () => {
    this.showSignIn();
  });

  readonly date = new LeavingDate(engine, this.stored, this.follow, this.signedIn, this.failures);
  readonly guesses = new Guesses(engine, this.signedIn, this.failures);
  readonly searchOne = new SearchOne(this.matches, this.guesses, this.failures);
  readonly pictures = new Pictures(engine, this.failures);
  readonly join = new Join(engine, this.stored, this.signedIn);
  readonly exit = new Exit(this.stored, this.signedIn);
  readonly posting = new Posting({
    ...{ engine, stored: this.stored, signedIn: this.signedIn, exit: this.exit },
    makePicture: () => makePng(makeSvg(this.exit.words, makeMeasure())),
  });
  readonly backups = new Backups(engine, (settings) => this.useSettings(settings));
  readonly sent = new SentLog(this.failures);
  readonly rowChecks = new RowChecks(engine);

  place = $state<"popup" | "tab">("tab");
  view = $state<View>("home");
  hash = $state("");
  /** The network whose form was asked for; null where any will do. */
  signInNetwork = $state<SessionNetwork | null>(null);
  /** Where a sign-in leads, and leaving it. */
  afterSigningIn = $state<View>("home");
  /** The name of the file saved last. */
  saved = $state<string | null>(null);
  deleted = $state(false);
  /** How many people were found, in a sentence; "" before anyone was looked for. */
  readonly foundText = $derived.by(() => {
    const { archive, summary } = this.stored;
    return summary
      ? foundText({ ...summary, found: summary.found - this.matches.rejectedCount }, archive, t)
      : "";
  });
  /** What is unfolded on the first page. */
  readonly folds = new Folds();
  /** The time in milliseconds, to the minute: a tab stays open for days. */
  now = $state(Date.now());
  /** What was done last, to be read aloud. */
  said = $state("");
  private isBadgesOfferDismissed = $state(true); // until it has been read
  /** Whether following has come to an end, which is when badges are offered once more. */
  readonly mayOfferBadges = $derived(
    this.follow.isDone && !this.isBadgesOfferDismissed && this.matches.all.length > 0,
  );
  /** ISO time at which the person went to X for their archive; null where none is awaited. */
  archiveAskedAt = $state<string | null>(null);
  private languagesChosen = 0; // on this page
  /** The list on x.com that is being read, or was read last. */
  reading = $state.raw<Reading | null>(null);

  /** Begin: called once by each page, before anything is shown. */
  async start(place: "popup" | "tab"): Promise<void> {
    this.place = place;
    this.readHash();
    this.listen();
    // Each is taken when it is read: what changes while others are still being read is newer.
    const [isSigningIn] = await Promise.all([
      this.signedIn.start(),
      this.readLanguage(),
      settings.archiveAskedAt().then((date) => (this.archiveAskedAt = date)),
      settings.isBadgesOfferDismissed().then((isDismissed) => (this.isBadgesOfferDismissed = isDismissed)),
      readReading().then((reading) => (this.reading = reading)),
      this.work.start(),
      this.people.start(),
    ]);
    // Where a click on a notification about newcomers leads.
    if (this.hash === "new") this.people.show({ ...EVERYONE, filter: "new" });
    if (isSigningIn && place === "popup" && this.view === "home") this.showSignIn();
  }

  go(view: View): void {
    this.follow.takeWaiting();
    if (view !== "sign-in") this.afterSigningIn = "home";
    this.hash = view;
    this.view = view;
    history.replaceState(null, "", view === "home" ? location.pathname : `#${view}`);
    scrollTo({ top: 0 });
    void tick().then(focusHeading);
  }

  /** Show how to sign in, and then `next`; the form of the network that was asked for comes first. */
  showSignIn(network: SessionNetwork | null = null, next: View = "home"): void {
    this.signInNetwork = network;
    this.afterSigningIn = next;
    this.go("sign-in");
  }

  /** Open the app tab at a step, and leave the popup to it. */
  async openTab(step: View): Promise<void> {
    await openTab(step);
    window.close();
  }

  /** Read what was dropped or chosen. */
  async open(dropped: Dropped): Promise<void> {
    if (dropped.files.length === 0) {
      this.failures.current = { code: "not_an_x_archive", params: {} };
      return;
    }
    // Not in a popup: it may close at any moment, and the files have to be on their way by then.
    if (this.place === "tab" && (await this.failures.guard(() => isNoZip(dropped)))) {
      this.go("home");
      this.failures.current = { code: "not_a_zip", params: {} };
      return;
    }
    this.deleted = false;
    this.searchOne.clear();
    this.go("home");
    await Promise.all([this.forgetArchive(), this.work.open(dropped)]);
  }

  /** Store that the person goes to X for their archive, to be reminded of it. */
  async awaitArchive(): Promise<void> {
    this.archiveAskedAt = await settings.markArchiveAsked();
  }

  /** Store that no archive is awaited any more. */
  async forgetArchive(): Promise<void> {
    this.archiveAskedAt = null;
    await settings.forgetArchive();
  }

  /** Sign in and go home. Throws what the server answers. */
  async signIn(credentials: Credentials): Promise<void> {
    await this.signedIn.signIn(credentials);
    this.afterSignIn(credentials.did);
  }

  /** Go home after a sign-in on a server's page. Throws what came of `work`. */
  async signInOnPage(work: () => Promise<Account>): Promise<void> {
    this.afterSignIn((await work()).id);
  }

  /** Sign in again as an account whose session has ended or ends soon, with this one click or in the form; then show `next`. */
  async signInAgain(account: Account, next: View = "home"): Promise<void> {
    this.afterSigningIn = next;
    await this.failures.guard(async () => {
      const again = await this.signedIn.signInAgain(account);
      if (again) this.afterSignIn(again.id);
      else this.showSignIn(account.network, next);
    });
  }

  private afterSignIn(id: string): void {
    const waiting = this.follow.takeWaiting();
    this.go(this.afterSigningIn);
    void this.follow.afterSignIn(id, waiting).then(() => this.date.goOn());
  }

  async save(format: ExportMake["format"]): Promise<void> {
    await this.failures.guard(async () => {
      const { filename, media_type, text } = await engine.call("export.make", { format });
      saveFile(filename, media_type, text);
      this.saved = filename;
    });
  }

  /** Match and count everybody again, with what is stored here. */
  async countAgain(): Promise<void> {
    await this.failures.guard(() => engine.call("match.find", {}));
  }

  /** Delete everything. The background does it, to the end, even if this page closes meanwhile. */
  async deleteAll(): Promise<void> {
    this.deleted = (await this.failures.guard(deleteAllData)) === true;
    await this.signedIn.read();
    locale.setting = "auto";
    this.archiveAskedAt = null;
    this.searchOne.clear();
    if (this.deleted) this.say(t("settings.delete_done"));
  }

  /** Have a sentence read aloud, also one that was read last. */
  say(sentence: string): void {
    this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
  }

  async dismissBadgesOffer(): Promise<void> {
    this.isBadgesOfferDismissed = true;
    await settings.dismissBadgesOffer();
  }

  async setLanguage(setting: LanguageSetting): Promise<void> {
    this.languagesChosen++;
    locale.setting = setting;
    await settings.setLanguage(setting);
  }

  // As it is stored now, unless one is chosen meanwhile: what is told of an earlier choice may come after a later one.
  private async readLanguage(): Promise<void> {
    const chosen = this.languagesChosen;
    const setting = await settings.language();
    if (chosen === this.languagesChosen) locale.setting = setting;
  }

  /** Use the settings of a backup. */
  private async useSettings({ language, pictures }: BackupSettings): Promise<void> {
    await this.setLanguage(parseLanguage(language));
    await this.pictures.switch(pictures);
  }

  private listen(): void {
    const tell = () => {
      this.now = Date.now();
      void this.signedIn.endBy(this.now);
    };
    setInterval(tell, MINUTE);
    window.addEventListener("focus", tell);
    window.addEventListener("hashchange", () => {
      this.readHash();
      void tick().then(focusHeading);
    });
    // Errors that no code expected are shown, too, and go to the console.
    window.addEventListener("unhandledrejection", ({ reason }) => {
      this.failures.show(reason);
    });
    window.addEventListener("error", ({ error }) => {
      if (error) this.failures.show(error);
    });
    onReading((reading) => (this.reading = reading));
    settings.onLanguage(() => void this.readLanguage());
  }

  /**
   * Start the engine where a closed browser left work behind: it goes on, or reports that it was interrupted. Called once by
   * each page, after it shows.
   */
  async rouse(): Promise<void> {
    void persistStorage();
    const [work, queue, search] = await Promise.all([
      readState("work"),
      readState("queue"),
      readState("search"),
    ]);
    if ((work && !work.error) || queue?.running || search?.state === "running") this.work.warmUp();
  }

  private readHash(): void {
    this.hash = location.hash.slice(1);
    this.view = VIEWS.find((view) => view === this.hash) ?? "home";
  }
}

export const page = new Page();
