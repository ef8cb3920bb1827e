// The Bluesky account that is signed in, and a sign-in under way.
import type { Engine } from "../engine/client";
import { type Account, type Credentials, type Sessions } from "../sessions";
import * as settings from "../settings";
import type { Failures } from "./failures.svelte";

export class SignedIn {
  account = $state.raw<Account | null>(null);
  /** The handle typed so far. */
  draft = $state("");

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly sessions: Pick<Sessions, "current" | "signIn" | "signOut" | "onChange">,
    private readonly failures: Failures,
  ) {}

  /** The account that can follow now; null without a sign-in, or when the session has ended. */
  readonly usable = $derived(this.account?.expired === false ? this.account : null);

  /** Read the account and follow its changes; returns whether a sign-in was under way in a popup that closed. */
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
    this.account = await this.sessions.signIn(credentials);
    await this.keepDraft(null);
  }

  async signOut(): Promise<void> {
    const { account } = this;
    if (account) await this.failures.guard(() => this.sessions.signOut(account.did));
  }

  /** Store a handle being typed, so that a popup that closes opens again at the same step. */
  async keepDraft(handle: string | null): Promise<void> {
    this.draft = handle ?? "";
    await settings.setSignInDraft(handle);
  }

  private async read(): Promise<void> {
    this.account = await this.sessions.current();
  }
}
