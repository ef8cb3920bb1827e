// Following on both networks: starting it, pausing it, and what waits for a sign-in.
import { SvelteMap } from "svelte/reactivity";
import type { Engine } from "../engine/client";
import { failureOf } from "../engine/failures";
import type { AccountView, FollowTimes, MatchView, QueueView } from "../messages/messages.gen";
import type { SignedIn } from "./account.svelte";
import { Chosen } from "./chosen.svelte";
import type { Failures } from "./failures.svelte";
import { NEEDS_SIGN_IN } from "../sessions";
import type { Stored } from "./stored.svelte";

type Network = AccountView["network"];
type Speed = QueueView["speed"];
const NETWORKS: readonly Network[] = ["bluesky", "fediverse"];

export class Follow {
  /** Pressed and not yet answered: how often, by `pendingKey` of each account. */
  readonly pending = new SvelteMap<string, number>();
  isRefreshing = $state(false);
  /** Seconds that following everyone ticked would take, once they were asked for. */
  times = $state<FollowTimes | null>(null);
  private readonly chosenNetwork = new Chosen<Network | null>();
  private readonly chosenApproval = new Chosen<boolean>();
  private readonly chosenSpeed = new Chosen<Speed>();
  private waiting: (() => Promise<void>) | null = null; // the follow that was pressed before signing in

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly stored: Pick<Stored, "approval" | "archive" | "preferred" | "queue">,
    private readonly signedIn: Pick<SignedIn, "usable" | "usableOnMastodon">,
    private readonly failures: Failures,
    private readonly askToSignIn: () => void,
  ) {}

  /** The networks on which an account can follow now. */
  readonly networks = $derived(NETWORKS.filter((network) => this.usableOn(network)));

  /** On which network people are followed who are on several; null: on each. */
  readonly preferred = $derived.by(() => this.chosenNetwork.or(this.stored.preferred));
  /** Whether people who are new in the directory are followed without a question. */
  readonly isApproved = $derived.by(() => this.chosenApproval.or(this.stored.approval !== null));
  readonly speed = $derived.by(() => this.chosenSpeed.or(this.stored.queue?.speed ?? "gentle"));

  /** Whether someone was followed and no one waits any more. */
  readonly isDone = $derived.by(() => {
    const { queue } = this.stored;
    return queue !== null && queue.following + queue.requested > 0 && queue.waiting + queue.asked === 0;
  });

  /**
   * Follow these people, or everyone ticked for null, on one network, or on all that are signed in to (null). Without a
   * usable account, after signing in.
   */
  async start(restIds: string[] | null, on: Network | null = null): Promise<void> {
    const networks = this.networks.filter((network) => on === null || network === on);
    if (networks.length === 0) {
      this.signInFirst(() => this.start(restIds, on));
      return;
    }
    const accounts = networks.flatMap((network) => this.usableOn(network)?.id ?? []);
    const keys = (restIds ?? []).flatMap((id) => networks.map((network) => `${id} ${network}`));
    await this.whilePending(keys, () => this.engine.call("follow.start", { accounts, rest_ids: restIds }));
  }

  /** Follow one checked account that only the person's own profile on X names. */
  async startOne(match: MatchView, named: AccountView): Promise<void> {
    const account = this.usableOn(named.network);
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

  /** Follow the new account of one that could not be followed because it has moved. */
  async followMoved(match: MatchView, moved: AccountView): Promise<void> {
    const account = this.usableOn(moved.network);
    if (!account) {
      this.signInFirst(() => this.followMoved(match, moved));
      return;
    }
    const wanted = { account: account.id, name: moved.did ?? moved.address };
    await this.whilePending([pendingKey(match, moved)], () => this.engine.call("follow.moved", wanted));
  }

  /** Follow people who are on several networks on this one only, or on each (null). */
  async prefer(network: Network | null): Promise<void> {
    const store = () => this.engine.call("follow.prefer", { network });
    await this.failures.guard(() => this.chosenNetwork.choose(network, store));
  }

  /** Store or delete the standing approval to follow people who are new in the directory. */
  async approve(approved: boolean): Promise<void> {
    const store = () => this.engine.call("watch.approve", { approved });
    await this.failures.guard(() => this.chosenApproval.choose(approved, store));
  }

  /** Choose how fast to follow: spread out, or as fast as the servers allow. */
  async chooseSpeed(speed: Speed): Promise<void> {
    const store = () => this.engine.call("follow.speed", { speed });
    await this.failures.guard(() => this.chosenSpeed.choose(speed, store));
  }

  /** Ask the engine how long following everyone ticked would take; nothing is requested from a server for it. */
  async estimate(): Promise<void> {
    const accounts = this.networks.flatMap((network) => this.usableOn(network)?.id ?? []);
    this.times = (await this.failures.guard(() => this.engine.call("follow.estimate", { accounts }))) ?? null;
  }

  async pause(): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.pause", {}));
  }

  async resume(): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.resume", {}));
  }

  /** Follow no one else of those who wait: they are in the list again, and who was followed stays so. */
  async cancel(): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.cancel", {}));
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

  private usableOn(network: Network) {
    return network === "bluesky" ? this.signedIn.usable : this.signedIn.usableOnMastodon;
  }

  private signInFirst(then: () => Promise<void>): void {
    this.askToSignIn();
    this.waiting = then;
  }

  private async whilePending<R>(keys: readonly string[], work: () => Promise<R>): Promise<R | undefined> {
    for (const key of keys) this.note(key, 1);
    const result = await this.failures.guard(work);
    for (const key of keys) this.note(key, -1);
    return result;
  }

  // Two presses about one account may be under way.
  private note(key: string, more: 1 | -1): void {
    const count = (this.pending.get(key) ?? 0) + more;
    if (count > 0) this.pending.set(key, count);
    else this.pending.delete(key);
  }

  /** Read who `account` follows now, and mark them. */
  async refresh(account: string): Promise<void> {
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

/** Return the key of a pending follow: of a person's listed account on one network, else of one account. */
export function pendingKey({ rest_id }: MatchView, { listed, network, address }: AccountView): string {
  return `${rest_id} ${listed ? network : address}`;
}
