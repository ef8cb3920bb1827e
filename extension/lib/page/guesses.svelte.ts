// The accounts proposed for people, the search for them, and the person's answers.
import { SvelteMap } from "svelte/reactivity";
import { fromStore } from "svelte/store";
import type { Engine } from "../engine/client";
import { live, readGuesses } from "../engine/stores";
import type { GuessView } from "../messages/messages.gen";
import type { Account } from "../sessions";
import type { SignedIn } from "./account.svelte";
import type { Failures } from "./failures.svelte";
import { type Answer, type Answered, openGuesses, type Proposed } from "./guesses";

export class Guesses {
  private readonly copy = fromStore(live<readonly GuessView[]>(["guesses"], readGuesses, []));
  // Answers show at once, and until a copy without the account has been read; by person and address.
  private readonly answered = new SvelteMap<string, Answered>();
  /** The answers of this page, the newest last. */
  private history: Answered[] = [];

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly signedIn: Pick<SignedIn, "usable" | "usableOnMastodon" | "askToSearch">,
    private readonly failures: Failures,
  ) {}

  private readonly all = $derived(openGuesses(this.copy.current, this.answered.values()));

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
    this.answered.set(keyOf(made), made);
    this.history.push(made);
    const isStored = await this.send(made, answer);
    if (isStored) return;
    this.history = this.history.filter((one) => one !== made);
    this.forget(made);
  }

  /** Take the last answer back; returns its person, or null where there is none. */
  async undo(): Promise<string | null> {
    const last = this.history.pop();
    if (!last) return null;
    this.forget(last);
    await this.send(last, "open");
    return last.guess.rest_id;
  }

  private async send({ guess, account }: Answered, answer: Answer): Promise<boolean> {
    const { rest_id } = guess;
    const { network, address } = account;
    const sent = await this.failures.guard(() =>
      this.engine.call("guess.decide", { rest_id, network, address, answer }),
    );
    return sent !== undefined;
  }

  // A newer answer about the same account may have replaced it.
  private forget(made: Answered): void {
    if (this.answered.get(keyOf(made)) === made) this.answered.delete(keyOf(made));
  }
}

function keyOf({ guess, account }: Answered): string {
  return `${guess.rest_id} ${account.network} ${account.address}`;
}
