// The accounts that are signed in, and a sign-in under way.
import { coalesce } from "../async";
import type { Engine } from "../engine/client";
import type { Permission } from "../sessions/bluesky/scope";
import { type Account, type Credentials, type SessionNetwork, type Sessions } from "../sessions";
import * as settings from "../settings";
import type { SignInDraft } from "../settings";
import { ask } from "./background";
import type { Failures } from "./failures.svelte";

type Current = Record<SessionNetwork, Account | null>;
type Used = Pick<Sessions, "list" | "current" | "makeCurrent" | "signIn" | "signOut" | "onChange">;

export class SignedIn {
  /** Every account, the earliest sign-in first. */
  accounts = $state.raw<readonly Account[]>([]);
  /** The account that acts on each network. */
  current = $state.raw<Current>({ bluesky: null, fediverse: null });
  /** A sign-in under way, or one that failed after its page had closed. */
  draft = $state.raw<SignInDraft | null>(null);

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
    this.draft = await settings.signInDraft();
    return this.draft !== null && usableOf(this.current[this.draft.network]) === null;
  }

  /** Find the server of a handle. Throws what the engine answers. */
  find(handle: string) {
    return this.engine.call("account.find", { handle });
  }

  /** Sign in. Throws what the server answers. */
  async signIn(credentials: Credentials): Promise<void> {
    await this.sessions.signIn(credentials);
    await this.read();
    await this.keepDraft("bluesky", null);
  }

  async signOut(id: string): Promise<void> {
    await this.failures.guard(() => this.sessions.signOut(id));
  }

  /** Let an account act on its network from now on. */
  async makeCurrent(id: string): Promise<void> {
    await this.failures.guard(() => this.sessions.makeCurrent(id));
  }

  /**
   * Sign in again as an account, on its server's page. Throws what came of it; returns null for an app password, which the
   * person has to type.
   */
  async signInAgain({ kind, id, address }: Account): Promise<Account | null> {
    if (kind === "app-password") return null;
    return kind === "oauth" ? this.signInToBluesky(id) : this.signInToMastodon(address);
  }

  /**
   * Sign in on the page of a Bluesky server: a handle, a did, or the server's https address; `further`: what to
   * ask for besides following. Throws what came of it.
   */
  async signInToBluesky(typed: string, further: readonly Permission[] = []): Promise<Account> {
    const account = (await ask({ type: "sign-in.bluesky", typed, further })) as Account;
    await this.read();
    return account;
  }

  /** Have the server of an account ask whether it may also search accounts. Throws what came of it. */
  askToSearch(account: Account): Promise<Account> {
    return this.askFor(account, ["search"]);
  }

  /**
   * Have the server of an account ask whether it may do more, and what it was allowed before: the new tokens replace the
   * old ones. Throws what came of it.
   */
  askFor(account: Account, wanted: readonly Permission[]): Promise<Account> {
    const allowed: Record<Permission, boolean> = {
      search: account.maySearch,
      claim: account.mayClaim,
      block: account.mayBlock,
    };
    const further = (Object.keys(allowed) as Permission[]).filter(
      (one) => allowed[one] || wanted.includes(one),
    );
    return this.signInToBluesky(account.id, further);
  }

  /** Sign in on the page of a Mastodon server; the background goes on when this page closes. Throws what came of it. */
  async signInToMastodon(typed: string): Promise<Account> {
    const account = (await ask({ type: "sign-in.mastodon", typed })) as Account;
    await this.read();
    return account;
  }

  /** Open a Mastodon server's page that shows a code to copy; returns the server's host. */
  async openCodePage(typed: string): Promise<string> {
    return ((await ask({ type: "sign-in.mastodon-code", typed })) as { host: string }).host;
  }

  /** Sign in with the code that the server's page showed. */
  async signInWithCode(code: string): Promise<Account> {
    const account = (await ask({ type: "sign-in.mastodon-finish", code })) as Account;
    await this.read();
    return account;
  }

  /** Store what is being typed, so that a popup that closes opens again at the same step. */
  async keepDraft(network: SessionNetwork, typed: string | null): Promise<void> {
    this.draft = typed === null ? null : { network, typed, failure: null };
    await settings.setSignInDraft(this.draft);
  }

  /** Show accounts as ended whose sessions end by themselves before `now` (milliseconds). */
  async endBy(now: number): Promise<void> {
    const isPast = ({ expired, endsAt }: Account) => !expired && endsAt !== null && Date.parse(endsAt) <= now;
    if (this.accounts.some(isPast)) await this.read();
  }

  /** Read the accounts as they are stored now. */
  async read(): Promise<void> {
    await this.readAgain();
  }

  // One read at a time: of two, the earlier could end last, and show an account that has signed out meanwhile.
  private readonly readAgain = coalesce(
    () => this.readOnce(),
    (error) => {
      this.failures.show(error);
    },
  );

  private async readOnce(): Promise<void> {
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
