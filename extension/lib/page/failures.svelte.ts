// The error that a page shows above everything else: one at a time, until the next action or until it is dismissed.
import { type Failure, failureOf } from "../engine/failures";

export class Failures {
  current = $state.raw<Failure | null>(null);

  /** Show something thrown; cancelling is what the person asked for, and no failure. */
  show(thrown: unknown): void {
    const failure = failureOf(thrown);
    if (failure.code !== "cancelled") this.current = failure;
  }

  clear(): void {
    this.current = null;
  }

  /** Run what the person asked for and return its result; a rejection is shown and becomes undefined. */
  async guard<A extends unknown[], R>(
    work: (...given: A) => Promise<R>,
    ...given: A
  ): Promise<R | undefined> {
    this.clear();
    return this.guardUnasked(work, ...given);
  }

  /** The same for what no press has begun: an error that is shown stays until it was read. */
  async guardUnasked<A extends unknown[], R>(
    work: (...given: A) => Promise<R>,
    ...given: A
  ): Promise<R | undefined> {
    try {
      return await work(...given);
    } catch (error) {
      this.show(error);
      return undefined;
    }
  }
}
