// Following on both networks: starting it, pausing it, and what waits for a sign-in.
import { SvelteSet } from "svelte/reactivity";
import type { Engine } from "../engine/client";
import { failureOf } from "../engine/failures";
import type { AccountView, MatchView } from "../messages/messages.gen";
import type { SignedIn } from "./account.svelte";
import type { Failures } from "./failures.svelte";
import { NEEDS_SIGN_IN } from "../sessions";
import type { Stored } from "./stored.svelte";

export class Follow {
  /** Pressed and not yet answered: a rest_id, or `pendingKey` of an account that only a profile names. */
  readonly pending = new SvelteSet<string>();
  isRefreshing = $state(false);
  private waiting: (() => Promise<void>) | null = null; // the follow that was pressed before signing in

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly stored: Pick<Stored, "archive" | "queue">,
    private readonly signedIn: Pick<SignedIn, "usable" | "usableOnMastodon">,
    private readonly failures: Failures,
    private readonly askToSignIn: () => void,
  ) {}

  /** Follow these people, or everyone ticked for null, on the networks signed in to; without one, after signing in. */
  async start(restIds: string[] | null): Promise<void> {
    const accounts = [this.signedIn.usable, this.signedIn.usableOnMastodon].flatMap((account) =>
      account ? [account.id] : [],
    );
    if (accounts.length === 0) {
      this.signInFirst(() => this.start(restIds));
      return;
    }
    await this.whilePending(restIds ?? [], () =>
      this.engine.call("follow.start", { accounts, rest_ids: restIds }),
    );
  }

  /** Follow one checked account that only the person's own profile on X names. */
  async startOne(match: MatchView, named: AccountView): Promise<void> {
    const account = this.signedIn.usable;
    if (!account) {
      this.signInFirst(() => this.startOne(match, named));
      return;
    }
    const { rest_id, screen_name } = match;
    const { address } = named;
    const wanted = { account: account.id, row_id: null, screen_name: screen_name ?? "", rest_id, address };
    const followed = await this.whilePending([pendingKey(match, named)], () =>
      this.engine.call("follow.one", wanted),
    );
    if (followed?.error) this.failures.current = failureOf(followed.error);
  }

  async pause(): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.pause", {}));
  }

  async resume(): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.resume", {}));
  }

  /** Continue after a sign-in: mark who is followed already, resume what it had stopped, then do what waited for it. */
  async afterSignIn(account: string, waiting: (() => Promise<void>) | null): Promise<void> {
    await this.refresh(account);
    if (this.hasStoppedForSignIn(account))
      await this.failures.guard(() => this.engine.call("follow.resume", { account }));
    await waiting?.();
  }

  /** Return the follow that waits for a sign-in, and forget it. */
  takeWaiting(): (() => Promise<void>) | null {
    const { waiting } = this;
    this.waiting = null;
    return waiting;
  }

  private signInFirst(then: () => Promise<void>): void {
    this.askToSignIn();
    this.waiting = then;
  }

  private async whilePending<R>(keys: readonly string[], work: () => Promise<R>): Promise<R | undefined> {
    for (const key of keys) this.pending.add(key);
    const result = await this.failures.guard(work);
    for (const key of keys) this.pending.delete(key);
    return result;
  }

  private async refresh(account: string): Promise<void> {
    if (!this.stored.archive) return;
    this.isRefreshing = true;
    await this.failures.guard(() => this.engine.call("follow.refresh", { account }));
    this.isRefreshing = false;
  }

  private hasStoppedForSignIn(account: string): boolean {
    const queue = this.stored.queue?.accounts.find((one) => one.account === account);
    return !!queue?.error && NEEDS_SIGN_IN.includes(queue.error.code);
  }
}

/** Return the key of a pending follow: Follow for a person means what the directory lists, else one account. */
export function pendingKey({ rest_id }: MatchView, { listed, address }: AccountView): string {
  return listed ? rest_id : `${rest_id} ${address}`;
}
