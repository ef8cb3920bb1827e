// The person's own accounts elsewhere, as chosen in a form: the signed-in one on Bluesky, and one on Mastodon by its address.
import type { SignedIn } from "./account.svelte";

export class Targets {
  isOnBluesky = $state(true);
  isOnMastodon = $state(false);
  /** The Mastodon address as it is being typed. */
  typed = $state("");

  constructor(private readonly signedIn: Pick<SignedIn, "usable" | "usableOnMastodon">) {
    this.typed = signedIn.usableOnMastodon?.id ?? "";
    this.isOnMastodon = signedIn.usable === null && signedIn.usableOnMastodon !== null;
  }

  /** The Bluesky account, or null. */
  readonly bluesky = $derived.by(() => (this.isOnBluesky ? this.signedIn.usable : null));
  /** The Mastodon address, or null. */
  readonly acct = $derived.by(() => (this.isOnMastodon ? this.typed.trim() || null : null));
  /** Whether one account at least is named. */
  readonly isAny = $derived.by(() => this.bluesky !== null || this.acct !== null);
}
