// The date on which people are followed together: choosing it, what is left to do before it, starting it, and its receipt.
import { badgesState } from "../badge-switch";
import type { Engine } from "../engine/client";
import type { DateView, ReceiptView } from "../messages/messages.gen";
import { mayNotify } from "../notify-switch";
import { countLeft, networksDue } from "../rules/dates";
import type { SignedIn } from "./account.svelte";
import type { Failures } from "./failures.svelte";
import type { Follow } from "./follow.svelte";
import { saveFile } from "./save";
import type { Stored } from "./stored.svelte";

type Facts = NonNullable<DateView["known"]>;

export class LeavingDate {
  /** What came of following; null until it was asked for. */
  receipt = $state.raw<ReceiptView | null>(null);
  private open = $state(0); // commands without an answer
  readonly isBusy = $derived(this.open > 0);

  private readAt: string | null = null;

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly stored: Pick<Stored, "date" | "archive">,
    private readonly follow: Pick<Follow, "networks">,
    private readonly signedIn: Pick<SignedIn, "current">,
    private readonly failures: Failures,
  ) {}

  /** How many things are left to do before the date. */
  readonly left = $derived.by(() =>
    this.stored.date ? countLeft(this.stored.date, this.follow.networks) : 0,
  );

  /** Approve a date, "YYYY-MM-DD", in place of an earlier one; returns whether that was stored. */
  async approve(day: string, campaign_id: string | null = null): Promise<boolean> {
    const stored = await this.busily(async () => {
      const known = await readFacts(this.follow.networks);
      return this.engine.call("date.set", { day, opens_at: midnight(day).toISOString(), campaign_id, known });
    });
    return stored !== undefined;
  }

  /** Delete the date and its approval; what has started goes on. */
  async withdraw(): Promise<void> {
    const isGone = (await this.busily(() => this.engine.call("date.withdraw", {}))) !== undefined;
    if (isGone) this.receipt = this.readAt = null;
  }

  /** Start the plan now: on the day, or where it lapsed. */
  async begin(): Promise<void> {
    await this.busily(() => this.engine.call("date.begin", { accounts: this.accounts() }));
  }

  /** Start what waited for a sign-in, or for this computer, and is due. */
  async goOn(): Promise<void> {
    const { date } = this.stored;
    if (!date || networksDue(date, this.follow.networks, Date.now()).length === 0) return;
    // A directory out of reach is no error of the person's: the background asks again.
    await this.engine.call("watch.sync", { accounts: this.accounts() }).catch((error: unknown) => {
      console.warn("The directory was not brought up to date:", error);
    });
  }

  /** Have the engine say again what is left to do, if what the browser knows has changed; `networks` have a sign-in that works. */
  async check(networks: Follow["networks"]): Promise<void> {
    const { date } = this.stored;
    if (!date) return;
    const known = await readFacts(networks);
    if (JSON.stringify(known) === JSON.stringify(date.known)) return;
    await this.failures.guardUnasked(() => this.engine.call("date.check", { known }));
  }

  /** Save a calendar file with the date. */
  async saveCalendar(title: string, text: string): Promise<void> {
    await this.failures.guard(async () => {
      const made = await this.engine.call("date.calendar", { title, text });
      saveFile(made.filename, made.media_type, made.text);
    });
  }

  /** Ask what came of following, unless that was asked at this point of the queue. */
  async readReceipt(progress: string): Promise<void> {
    if (!this.stored.archive || progress === this.readAt) return;
    this.readAt = progress;
    const receipt = await this.failures.guardUnasked(() => this.engine.call("date.receipt", {}));
    // Asked again meanwhile, or withdrawn: this one is of before.
    if (receipt && progress === this.readAt) this.receipt = receipt;
  }

  private accounts(): string[] {
    const { bluesky, fediverse } = this.signedIn.current;
    return [bluesky, fediverse].flatMap((account) => (account?.expired === false ? [account.id] : []));
  }

  private async busily<R>(work: () => Promise<R>): Promise<R | undefined> {
    this.open++;
    const result = await this.failures.guard(work);
    this.open--;
    return result;
  }
}

async function readFacts(networks: Follow["networks"]): Promise<Facts> {
  const [notifies, badges] = await Promise.all([mayNotify(), badgesState()]);
  return { signed_in: [...networks], notifies, badges: badges === "on" };
}

// The beginning of a day in local time; where the clock is moved at midnight, its first moment.
function midnight(day: string): Date {
  return new Date(`${day}T00:00:00`);
}
