// Joining the directory: the person's own claim, an objection, and blocking people before either.
import { browser } from "wxt/browser";
import { askToSendName } from "../data-consent";
import type { Engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import type {
  BlockingView,
  JoinOfferView,
  JoinStart,
  JoinView,
  SideView,
  JoinFile,
  JoinFileView,
} from "../messages/messages.gen";
import { withoutIsolates } from "../rules/text";
import type { Account } from "../sessions";
import type { Key } from "../i18n/i18n";
import type { SignedIn } from "./account.svelte";
import type { Stored } from "./stored.svelte";

export type Purpose = JoinView["purpose"];
export type Kind = NonNullable<JoinStart["kind"]>;
/** The kinds of organisations. */
export const ORGANISATIONS = [
  "media",
  "ngo",
  "university",
  "public-body",
  "company",
  "other",
] as const satisfies readonly Kind[];
export type Side = SideView["side"];
/** What the person joins with: the date is an ISO day; `hasPage`: with a page of the directory about it. */
export interface Wanted {
  readonly bluesky: Account | null;
  readonly acct: string | null;
  readonly leavingOn: string | null;
  /** What joins: a person, or an organisation, whose website is to prove its accounts. */
  readonly kind: Kind;
  readonly domain: string | null;
  readonly hasPage: boolean;
}
/** What an objection is about; one of them at least. */
export interface Objected {
  readonly x: Pick<JoinOfferView, "rest_id" | "screen_name"> | null;
  readonly bluesky: Account | null;
  readonly acct: string | null;
}

// States in which the registrar may know more than this machine, which is asked when the page opens.
const OPEN: ReadonlySet<JoinView["status"]> = new Set([
  "made",
  "unproven",
  "waiting",
  "checked",
  "claimed",
  "disputed",
]);

export class Join {
  /** What is known before joining; null until it was asked for. */
  offer = $state.raw<JoinOfferView | null>(null);
  /** The step under way, by purpose. */
  busy = $state<Readonly<Partial<Record<Purpose, true>>>>({});
  /** Why the last step failed, by purpose, on this page. */
  failures = $state.raw<Readonly<Partial<Record<Purpose, Failure>>>>({});
  blockingFailure = $state.raw<Failure | null>(null);
  /** Whether this page has just opened the post, whose address is awaited next. */
  isAwaitingPost = $state(false);

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly stored: Pick<Stored, "join" | "objection">,
    private readonly signedIn: Pick<SignedIn, "askFor" | "usable">,
    private readonly open: (url: string) => Promise<unknown> = (url) => browser.tabs.create({ url }),
    private readonly askConsent: () => Promise<boolean> = askToSendName,
  ) {}

  /** Return the claim or objection that was made here, or null. */
  view(purpose: Purpose): JoinView | null {
    return purpose === "claim" ? this.stored.join : this.stored.objection;
  }

  /** Return why the last step did not succeed, also where that was before this page opened. */
  failureOf(purpose: Purpose): Failure | null {
    return this.failures[purpose] ?? this.view(purpose)?.error ?? null;
  }

  /** Read what joining would do, and the state of what was made. Sends nothing unless something was made. */
  async prepare(): Promise<void> {
    await this.run("claim", async () => {
      this.offer = await this.engine.call("join.prepare", {});
    });
    const open = (["claim", "objection"] as const).filter((one) =>
      OPEN.has(this.view(one)?.status ?? "lost"),
    );
    await Promise.all(open.map((purpose) => this.engine.call("join.refresh", { purpose }).catch(ignored)));
  }

  /** Make the claim, write its record, and open the post on X with `message`; without Bluesky the post waits. */
  async start({ bluesky, acct, leavingOn, hasPage, kind, domain }: Wanted, message: string): Promise<void> {
    const { offer } = this;
    if (!offer) return;
    const { rest_id, screen_name } = offer;
    const did = bluesky?.id ?? null;
    const consent = this.askConsent(); // within the click
    await this.run("claim", async () => {
      await expectConsent(consent);
      const fields = { rest_id, screen_name, did, acct, leaving_on: leavingOn, public_page: wish(hasPage) };
      await this.make({ ...fields, kind, domain, purpose: "claim" }, bluesky);
      if (bluesky) await this.writePost("claim", message);
      if (domain) await this.engine.call("join.check", { purpose: "claim", post: null });
    });
  }

  /** Make an objection; its record is written as `bluesky`. */
  async object({ x, bluesky, acct }: Objected): Promise<void> {
    const fields = { rest_id: x?.rest_id ?? null, screen_name: x?.screen_name ?? null, acct };
    const consent = this.askConsent();
    await this.run("objection", async () => {
      await expectConsent(consent);
      await this.make({ ...fields, did: bluesky?.id ?? null, purpose: "objection" }, bluesky);
    });
  }

  /** Start again with the same accounts, after the answer of the registrar was lost; the record is written as before. */
  async startAgain(purpose: Purpose): Promise<void> {
    const view = this.view(purpose);
    if (!view) return;
    const { rest_id, screen_name, did, acct, leaving_on, kind, domain } = view;
    const fields = {
      rest_id,
      screen_name,
      did,
      acct,
      leaving_on,
      kind,
      domain,
      public_page: wish(view.wants_page),
    };
    const { usable } = this.signedIn;
    const own = usable?.id === did ? usable : null;
    const consent = this.askConsent();
    await this.run(purpose, async () => {
      await expectConsent(consent);
      await this.make({ purpose, ...fields }, own);
    });
  }

  /** Open the post on X, ready to be sent. */
  async openPost(purpose: Purpose, message: string): Promise<void> {
    await this.run(purpose, () => this.writePost(purpose, message));
  }

  /** Write the record into the own Bluesky repository, after the server was asked to allow it where it has to be. */
  async writeRecord(purpose: Purpose, account: Account): Promise<void> {
    await this.run(purpose, async () => {
      await this.allow(account);
      await this.engine.call("join.record", { purpose, account: account.id });
      await this.engine.call("join.check", { purpose, post: null });
    });
  }

  /** Have the proofs read now; `post`: the address of the post on X, as it was pasted. */
  async check(purpose: Purpose, post: string | null = null): Promise<void> {
    this.isAwaitingPost = false;
    await this.run(purpose, () => this.engine.call("join.check", { purpose, post }));
  }

  /** Return the file by which a website proves accounts; null while the domain or an account is incomplete. */
  async makeFile(fields: JoinFile): Promise<JoinFileView | null> {
    return this.engine.call("join.file", fields).catch((error: unknown) => {
      if (["own_domain", "claim_incomplete"].includes(failureOf(error).code)) return null;
      throw error;
    });
  }

  /** Have the page of the directory about the own claim made, or taken away, by its next edition. */
  async wishPage(hasPage: boolean): Promise<void> {
    const public_page = hasPage ? "unlisted" : "none";
    await this.run("claim", () =>
      this.engine.call("join.check", { purpose: "claim", post: null, public_page }),
    );
  }

  async withdraw(purpose: Purpose): Promise<void> {
    await this.run(purpose, () => this.engine.call("join.withdraw", { purpose }));
  }

  async forget(purpose: Purpose): Promise<void> {
    await this.run(purpose, () => this.engine.call("join.forget", { purpose }));
  }

  /** Block, on Bluesky, the people blocked on X who are in the directory. */
  async block(account: Account): Promise<void> {
    await this.runBlocking(async () => {
      if (!account.mayBlock) await this.signedIn.askFor(account, ["claim", "block"]);
      return this.engine.call("block.start", { account: account.id });
    });
  }

  async steerBlocking(step: "pause" | "resume" | "undo"): Promise<void> {
    await this.runBlocking(() => this.engine.call(`block.${step}`, {}));
  }

  private async make(fields: JoinStart, bluesky: Account | null): Promise<void> {
    if (bluesky) await this.allow(bluesky);
    await this.engine.call("join.start", { ...fields, account: bluesky?.id ?? null });
  }

  // A sign-in on a server's page allows what it was asked for; an app password allows everything.
  private async allow(account: Account): Promise<void> {
    if (!account.mayClaim) await this.signedIn.askFor(account, ["claim"]);
  }

  private async writePost(purpose: Purpose, message: string): Promise<void> {
    const { url } = await this.engine.call("join.post", { purpose, message: withoutIsolates(message) });
    this.isAwaitingPost = true;
    await this.open(url);
  }

  private async run(purpose: Purpose, work: () => Promise<unknown>): Promise<void> {
    if (this.busy[purpose]) return;
    this.busy = { ...this.busy, [purpose]: true };
    this.failures = without(this.failures, purpose);
    try {
      await work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== "cancelled") this.failures = { ...this.failures, [purpose]: failure };
    } finally {
      this.busy = without(this.busy, purpose);
    }
  }

  private async runBlocking(work: () => Promise<unknown>): Promise<void> {
    this.blockingFailure = null;
    try {
      await work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== "cancelled") this.blockingFailure = failure;
    }
  }
}

// A page that search engines list is wished for at the registrar only (docs/claims.md).
function wish(hasPage: boolean): NonNullable<JoinStart["public_page"]> | null {
  return hasPage ? "unlisted" : null;
}

async function expectConsent(asked: Promise<boolean>): Promise<void> {
  if (await asked) return;
  throw Object.assign(new Error("The browser may not send the name."), {
    code: "consent_refused",
    params: {},
  });
}

// The view says why it could not be refreshed.
const ignored = (): undefined => undefined;

function without<T>(record: Readonly<Partial<Record<Purpose, T>>>, purpose: Purpose) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== purpose)) as Partial<
    Record<Purpose, T>
  >;
}

/** Return the sides of a claim in the order in which they are proven, and what was read of each. */
export function sidesOf(view: JoinView): SideView[] {
  const named: readonly (Side | false)[] = [
    view.rest_id !== null && "x",
    view.did !== null && "bluesky",
    view.acct !== null && "fediverse",
  ];
  return named.flatMap((side) => (side ? [view.sides.find((one) => one.side === side) ?? unread(side)] : []));
}

function unread(side: Side): SideView {
  return { side, state: "missing", kind: null, url: null, reason: null, gone_at: null };
}

/** What stands over a claim: it is in the directory only from its second reading on. */
const TITLES = {
  starting: "join.joining",
  made: "join.joining",
  unproven: "join.joining",
  waiting: "join.joining",
  checked: "join.joining",
  proven: "join.yours",
  claimed: "join.yours",
  disputed: "join.yours",
  x_gone: "join.yours",
  withdrawing: "join.leaving_it",
  withdrawn: "join.leaving_it",
  carried_out: "join.leaving_it",
  lost: "join.title",
} as const satisfies Record<JoinView["status"], Key>;

/** Return the title of the page about a claim. */
export function titleOf({ status, is_listed }: Pick<JoinView, "status" | "is_listed">) {
  const title = TITLES[status];
  return title === "join.joining" && is_listed ? "join.yours" : title;
}

/** Return whether the directory has a claim, or its next edition will. */
export function isInDirectory(view: Pick<JoinView, "status" | "is_listed">): boolean {
  return view.is_listed || TITLES[view.status] === "join.yours";
}

/** Return how many people were blocked, or were so already. */
export function blockedCount({ people }: BlockingView): number {
  return people.filter(({ state }) => state === "blocked" || state === "already").length;
}
