// The accounts proposed for people, the search for them, and the person's answers.
import { fromStore } from "svelte/store";
import type { Engine } from "../engine/client";
import { live, readGuesses } from "../engine/stores";
import type { GuessView } from "../messages/messages.gen";
import type { Account } from "../sessions";
import type { SignedIn } from "./account.svelte";
import type { Failures } from "./failures.svelte";
import { type Answer, type Answered, openGuesses, type Proposed } from "./guesses";
import { keyOf } from "./list";
import { type Copy, Pending } from "./pending";

const NO_COPY: Copy<readonly GuessView[], Answered> = { value: [], included: [] };

export class Guesses {
  // Answers show at once, and until a copy that includes them has been read; by person and address.
  private readonly pending = new Pending<Answered>();
  private readonly copy = fromStore(live(["guesses"], () => this.pending.read(readGuesses), NO_COPY));
  /** The answers of this page, the newest last. */
  private history: readonly Answered[] = $state.raw([]);

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly signedIn: Pick<SignedIn, "usable" | "usableOnMastodon" | "askToSearch">,
    private readonly failures: Failures,
  ) {}

  private readonly missing = $derived([...this.pending.missingIn(this.copy.current).values()]);
  private readonly all = $derived(openGuesses(this.copy.current.value, this.missing, this.history));

  /** The people to decide about, with the accounts that are not rejected: the most probable first, not-sure ones last. */
  readonly open = $derived(this.all.filter(({ is_likely }) => is_likely));

  /** People whose best account is more often wrong than right: looked through only where the person wants it. */
  readonly lessLikely = $derived(this.all.filter(({ is_likely }) => !is_likely));

  /** Which of the two the review shows. */
  shown = $state<"open" | "lessLikely">("open");

  /** The person whose accounts the review is to show first. */
  wanted = $state<string | null>(null);

  /** Let the review begin with one person, in the list that they are in. */
  want({ rest_id, is_likely }: GuessView): void {
    this.wanted = rest_id;
    this.shown = is_likely ? "open" : "lessLikely";
  }

  /** Look for one person alone; returns the proposed accounts, null for none, undefined where it failed. */
  async searchOne(restId: string): Promise<GuessView | null | undefined> {
    const account = this.canSearchNames ? (this.signedIn.usable?.id ?? null) : null;
    const call = () => this.engine.call("search.one", { rest_id: restId, account });
    return (await this.failures.guard(call))?.guess;
  }

  /** Return whether a sign-in can search for names. */
  get canSearchNames(): boolean {
    return this.signedIn.usable?.maySearch === true;
  }

  /** The account whose server would have to allow the search for names first; null where none would. */
  get withoutSearch(): Account | null {
    const account = this.signedIn.usable;
    return account?.maySearch === false ? account : null;
  }

  /** Ask the own server to allow the search for names, then start; where it is refused, the search goes on without. */
  async startWithNames(): Promise<void> {
    const account = this.withoutSearch;
    if (account) await this.failures.guard(() => this.signedIn.askToSearch(account));
    await this.start();
  }

  /** Start the search: only ever called by the button that says what it sends. */
  async start(): Promise<void> {
    const { usable } = this.signedIn;
    const account = usable?.maySearch ? usable.id : null;
    const own = this.signedIn.usableOnMastodon?.id ?? null;
    await this.failures.guard(() => this.engine.call("search.start", { account, own }));
  }

  async pause(): Promise<void> {
    await this.failures.guard(() => this.engine.call("search.pause", {}));
  }

  async resume(): Promise<void> {
    await this.failures.guard(() => this.engine.call("search.resume", {}));
  }

  async cancel(): Promise<void> {
    await this.failures.guard(() => this.engine.call("search.cancel", {}));
  }

  /** Store an answer; it shows at once, and is taken back if the engine could not store it. */
  async decide(guess: GuessView, account: Proposed, answer: Answer): Promise<void> {
    const made = { guess, account, answer };
    this.history = [...this.history, made];
    if (await this.store(made)) return;
    this.history = this.history.filter((one) => one !== made);
  }

  /** Take the last answer back, which shows at once; returns its person, or null where there is none. */
  undo(): string | null {
    const last = this.history.at(-1);
    if (!last) return null;
    this.history = this.history.slice(0, -1);
    void this.takeBack(last);
    return last.guess.rest_id;
  }

  private async takeBack(last: Answered): Promise<void> {
    if (!(await this.store({ ...last, answer: "open" }))) this.history = [...this.history, last];
  }

  private async store(made: Answered): Promise<boolean> {
    const shown = this.pending.add(keyOf(made.guess.rest_id, made.account), made);
    const isStored = await this.send(made);
    if (isStored) this.pending.confirm(shown);
    else this.pending.withdraw(shown);
    return isStored;
  }

  private async send({ guess, account, answer }: Answered): Promise<boolean> {
    const { rest_id } = guess;
    const { network, address } = account;
    const sent = await this.failures.guard(() =>
      this.engine.call("guess.decide", { rest_id, network, address, answer }),
    );
    return sent !== undefined;
  }
}
