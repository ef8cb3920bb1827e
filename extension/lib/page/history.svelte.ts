// What Passerelle followed and unfollowed, the newest first, and what of it can be undone.
import { fromStore } from "svelte/store";
import type { Engine } from "../engine/client";
import { live, readAll } from "../engine/stores";
import type { AccountView } from "../messages/messages.gen";
import type { Failures } from "./failures.svelte";
import { counted, type Done, followersOf, linesOf, type StoredDone } from "./history";

const NOTHING: ReadonlyMap<string, StoredDone> = new Map();

export class History {
  private readonly stored = fromStore(
    live<ReadonlyMap<string, StoredDone>>(["history"], () => readAll<StoredDone>("history"), NOTHING),
  );

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly failures: Failures,
  ) {}

  readonly done: readonly Done[] = $derived(linesOf(this.stored.current));
  /** The own account that followed an account, by its did or address; only what can be undone. */
  private readonly followers = $derived(followersOf(this.done));
  /** How many accounts each own account follows through Passerelle. */
  readonly undoable: ReadonlyMap<string, number> = $derived(counted(this.done));

  /** Return the own account with which Passerelle followed this one, or null. */
  followerOf({ did, address }: Pick<AccountView, "did" | "address">): string | null {
    return this.followers.get(did?.toLowerCase() ?? "") ?? this.followers.get(address.toLowerCase()) ?? null;
  }

  /** Unfollow what Passerelle followed with an own account: these dids and addresses, or all of it (null). */
  async undo(account: string, names: readonly string[] | null): Promise<void> {
    await this.failures.guard(() => this.engine.call("follow.undo", { account, names: names && [...names] }));
  }
}
