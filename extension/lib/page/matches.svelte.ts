// The people found, with what the person has just decided about them.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { fromStore } from "svelte/store";
import type { Engine } from "../engine/client";
import { failureOf } from "../engine/failures";
import { type Changed, live, readMatches, readMatchesOf } from "../engine/stores";
import { makeProfileView } from "../i18n/account-text";
import { locale, sentenceFor, t } from "../i18n/i18n.svelte";
import type { Looked } from "../messages/views";
import type { AccountView, MatchView } from "../messages/messages.gen";
import type { Failures } from "./failures.svelte";
import {
  areOnBoth,
  countRejected,
  counts,
  decided,
  type Decision,
  failed,
  keyOf,
  peopleOf,
  planned,
  replaced,
  servers,
  sorted,
  toImport,
} from "./list";
import { type Copy, Pending } from "./pending";

/** What asking a bridge came to: the account is there, is not, or it is not known why not (a sentence). */
export type BridgeAnswer =
  { readonly state: "found" | "absent" } | { readonly state: "unknown"; readonly error_text: string };

/** The engine's matches as read last, and the decisions that they include. */
type MatchesCopy = Copy<readonly MatchView[], Decision>;
const NO_COPY: MatchesCopy = { value: [], included: [] };

export class Matches {
  // Decisions show at once and until a copy that includes them has been read, so that a tick never flickers.
  private readonly pending = new Pending<Decision>();
  // Of rows, but kept here: a row that is scrolled out of sight leaves the page.
  private readonly opened = new SvelteSet<string>();
  private readonly looked = new SvelteMap<string, Looked>();
  private readonly onBridge = new SvelteMap<string, BridgeAnswer>();
  /** Many people are being ticked or unticked. */
  isDeciding = $state(false);
  private readonly copy = fromStore(
    live<MatchesCopy>(["matches"], (changed) => this.pending.read(() => this.read(changed)), NO_COPY),
  );

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly failures: Failures,
  ) {}

  private readonly inOrder = $derived(sorted(this.copy.current.value, locale.tag));
  private readonly missing = $derived(this.pending.missingIn(this.copy.current));
  private readonly decidedPeople = $derived(peopleOf(this.missing.keys()));
  readonly all = $derived(
    this.missing.size
      ? this.inOrder.map((match) => (this.decidedPeople.has(match.rest_id) ? this.withPending(match) : match))
      : this.inOrder,
  );
  /** False until the first read: no match means nothing before. */
  readonly isLoaded = $derived(this.copy.current !== NO_COPY);
  readonly counts = $derived(counts(this.all));
  readonly areOnBoth = $derived(areOnBoth(this.all));
  readonly toImport = $derived(toImport(this.all));
  /** Mastodon servers of the people found, those of most people first. */
  readonly servers = $derived(servers(this.all));
  readonly failedIds = $derived(failed(this.all));
  readonly rejectedCount = $derived(countRejected(this.all));

  /** Return the counts of what "Follow" would start on these networks. */
  planned(networks: readonly AccountView["network"][]) {
    return planned(this.all, networks);
  }

  /** Store a decision; it shows at once, and is taken back if the engine could not store it. */
  async decide(match: MatchView, account: AccountView, decision: Decision): Promise<void> {
    const { rest_id } = match;
    const { network, address } = account;
    const shown = this.pending.add(keyOf(rest_id, account), decision);
    const isStored = await this.failures.guard(() =>
      this.engine.call("decision.set", { rest_id, network, address, decision }),
    );
    if (isStored) this.pending.confirm(shown);
    else this.pending.withdraw(shown);
  }

  /** Tick, or untick, all of these people; returns whether the engine has stored it. */
  async decideMany(people: readonly MatchView[], decision: "chosen" | "unchosen"): Promise<boolean> {
    const rest_ids = people.map(({ rest_id }) => rest_id);
    this.isDeciding = true;
    const stored = await this.failures.guard(() =>
      this.engine.call("decision.set_many", { rest_ids, decision }),
    );
    this.isDeciding = false;
    return stored !== undefined;
  }

  /** Return whether the evidence of a match is shown. */
  isOpen({ rest_id }: MatchView): boolean {
    return this.opened.has(rest_id);
  }

  setOpen({ rest_id }: MatchView, isOpen: boolean): void {
    if (isOpen) this.opened.add(rest_id);
    else this.opened.delete(rest_id);
  }

  /** Return what the last check of an account showed, or null before any. */
  lookedAt({ rest_id }: MatchView, account: AccountView): Looked | null {
    return this.looked.get(keyOf(rest_id, account)) ?? null;
  }

  /** Load an account's profile from its network, which also checks what a profile on X says about it. */
  async checkAccount(match: MatchView, account: AccountView): Promise<Looked> {
    const looked = await this.look(match, account);
    this.looked.set(keyOf(match.rest_id, account), looked);
    return looked;
  }

  /** Return what the last question about an account on a bridge came to, or null before any. */
  bridgeAnswer({ rest_id }: MatchView, account: AccountView): BridgeAnswer | null {
    return this.onBridge.get(keyOf(rest_id, account)) ?? null;
  }

  /** Ask whether a bridge shows an account on the other network; where it does, its row has that account then. */
  async findOnBridge(match: MatchView, account: AccountView): Promise<BridgeAnswer> {
    const answer = await this.askBridge(match, account);
    this.onBridge.set(keyOf(match.rest_id, account), answer);
    return answer;
  }

  private async askBridge({ rest_id }: MatchView, { network, address }: AccountView): Promise<BridgeAnswer> {
    try {
      await this.engine.call("bridge.find", { rest_id, network, address });
      return { state: "found" };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "account_not_found") return { state: "absent" };
      return { state: "unknown", error_text: sentenceFor(failure) };
    }
  }

  private async look(
    { rest_id, screen_name, row_id }: MatchView,
    { network, address, listed }: AccountView,
  ): Promise<Looked> {
    try {
      const view = await this.engine.call("account.look", {
        rest_id,
        screen_name: screen_name ?? "",
        row_id: listed ? row_id : null,
        network,
        address,
      });
      return { profile: makeProfileView(view, t), error_text: "" };
    } catch (error) {
      const failure = failureOf(error);
      return {
        profile: null,
        error_text: failure.code === "account_not_found" ? t("account.not_there") : sentenceFor(failure),
      };
    }
  }

  private read(changed: Changed): Promise<MatchView[]> {
    if (!changed || !this.isLoaded) return readMatches();
    return readMatchesOf(changed).then((read) => replaced(this.inOrder, changed, read));
  }

  /** Return a match with what the person has decided since it was stored. */
  withPending(match: MatchView): MatchView {
    return match.accounts.reduce((changed, account) => {
      const { network, address } = account;
      const decision = this.missing.get(keyOf(match.rest_id, account));
      return decision ? decided(changed, { network, address, decision }) : changed;
    }, match);
  }
}
