// The accounts that are signed in, and a sign-in under way.
import type { Engine } from "../engine/client";
import { type Account, type Credentials, type SessionNetwork, type Sessions } from "../sessions";
import * as settings from "../settings";
import type { Failures } from "./failures.svelte";

type Current = Record<SessionNetwork, Account | null>;
type Used = Pick<Sessions, "list" | "current" | "makeCurrent" | "signIn" | "signOut" | "onChange">;

export class SignedIn {
  /** Every account, the earliest sign-in first. */
  accounts = $state.raw<readonly Account[]>([]);
  /** The account that acts on each network. */
  current = $state.raw<Current>({ bluesky: null, fediverse: null });
  /** The handle typed so far. */
  draft = $state("");

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly sessions: Used,
    private readonly failures: Failures,
  ) {}

  /** The account that acts on Bluesky, also where its session has ended. */
  readonly account = $derived(this.current.bluesky);
  /** The Bluesky account that can follow now; null without a sign-in, or when the session has ended. */
  readonly usable = $derived(usableOf(this.current.bluesky));
  /** The Mastodon account that can follow now. */
  readonly usableOnMastodon = $derived(usableOf(this.current.fediverse));

  /** Read the accounts and follow their changes; returns whether a sign-in was under way in a popup that closed. */
  async start(): Promise<boolean> {
    this.sessions.onChange(() => void this.read());
    await this.read();
    const draft = await settings.signInDraft();
    this.draft = draft ?? "";
    return draft !== null && this.usable === null;
  }

  /** Find the server of a handle. Throws what the engine answers. */
  find(handle: string) {
    return this.engine.call("account.find", { handle });
  }

  /** Sign in. Throws what the server answers. */
  async signIn(credentials: Credentials): Promise<void> {
    await this.sessions.signIn(credentials);
    await this.read();
    await this.keepDraft(null);
  }

  async signOut(id: string): Promise<void> {
    await this.failures.guard(() => this.sessions.signOut(id));
  }

  /** Let an account act on its network from now on. */
  async makeCurrent(id: string): Promise<void> {
    await this.failures.guard(() => this.sessions.makeCurrent(id));
  }

  /** Store a handle being typed, so that a popup that closes opens again at the same step. */
  async keepDraft(handle: string | null): Promise<void> {
    this.draft = handle ?? "";
    await settings.setSignInDraft(handle);
  }

  /** Read the accounts as they are stored now. */
  async read(): Promise<void> {
    const [accounts, bluesky, fediverse] = await Promise.all([
      this.sessions.list(),
      this.sessions.current("bluesky"),
      this.sessions.current("fediverse"),
    ]);
    this.accounts = accounts;
    this.current = { bluesky, fediverse };
  }
}

function usableOf(account: Account | null): Account | null {
  return account?.expired === false ? account : null;
}
