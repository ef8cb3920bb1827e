// One thing that the person chooses and the engine stores: the choice shows at once, and as long as it is being stored.

export class Chosen<T> {
  private made = $state.raw<{ readonly value: T } | null>(null);

  /** Return what was chosen last, while that is being stored; else `stored`. */
  or(stored: T): T {
    return this.made ? this.made.value : stored;
  }

  /** Show `value` until `store` has ended, or until something newer is chosen. Rejects as `store` does. */
  async choose<R>(value: T, store: () => Promise<R>): Promise<R> {
    const made = { value };
    this.made = made;
    try {
      return await store();
    } finally {
      if (this.made === made) this.made = null;
    }
  }
}
