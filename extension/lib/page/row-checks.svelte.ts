// Rows of the directory whose proofs were read again from here, by row_id.
import { SvelteMap } from "svelte/reactivity";
import { browser } from "wxt/browser";
import type { Engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import type { RowCheckView, RowOf, RowProofsView } from "../messages/messages.gen";

export interface RowCheck {
  readonly proofs: RowProofsView | null;
  readonly result: RowCheckView | null;
  readonly failure: Failure | null;
  readonly isBusy: boolean;
}
const NOTHING: RowCheck = { proofs: null, result: null, failure: null, isBusy: false };

const READ = {
  proven: "row_check.grade.proven",
  claimed: "row_check.grade.claimed",
  none: "row_check.grade.none",
} as const;
// Where a side was not read, the other alone decides nothing against the row.
const NOT_ALL_READ = {
  proven: "row_check.grade.proven",
  claimed: "row_check.unread.claimed",
  none: "row_check.unread.none",
} as const;

/** Return the key of the sentence that says what the proofs of a row come to. */
export function resultOf({ grade, agrees, proofs }: RowCheckView) {
  if (grade !== null && !agrees) return "row_check.differs";
  const isAllRead = proofs.every(({ state }) => state !== "unknown");
  return (isAllRead ? READ : NOT_ALL_READ)[grade ?? "none"];
}

export class RowChecks {
  private readonly checks = new SvelteMap<string, RowCheck>();

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly askForHosts: (origins: string[]) => Promise<boolean> = (origins) =>
      browser.permissions.request({ origins }),
  ) {}

  /** Return what is known of a row's proofs. */
  of(rowId: string): RowCheck {
    return this.checks.get(rowId) ?? NOTHING;
  }

  /** Find what a check would read, and which servers it asks. Sends nothing. */
  async prepare(row: RowOf): Promise<void> {
    await this.run(row, async () => ({ proofs: await this.engine.call("row.proofs", row) }));
  }

  /** Read the proofs now. The browser asks for access to X's post data only while the click is being handled. */
  async check(row: RowOf): Promise<void> {
    const origins = this.of(row.row_id).proofs?.x_origins ?? [];
    // Refused: the other side is read all the same.
    const asked = origins.length > 0 ? this.askForHosts(origins).catch(() => false) : true;
    await this.run(row, async () => {
      await asked;
      return { result: await this.engine.call("row.check", row) };
    });
  }

  private async run({ row_id }: RowOf, work: () => Promise<Partial<RowCheck>>): Promise<void> {
    if (this.of(row_id).isBusy) return;
    this.checks.set(row_id, { ...this.of(row_id), failure: null, isBusy: true });
    try {
      this.checks.set(row_id, { ...this.of(row_id), ...(await work()), isBusy: false });
    } catch (error) {
      this.checks.set(row_id, { ...this.of(row_id), failure: failureOf(error), isBusy: false });
    }
  }
}
