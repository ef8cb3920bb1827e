// What the person decided and the copy of an engine's store does not include yet: it shows at once, and until then.
import { SvelteMap } from "svelte/reactivity";

/** A value that was decided, under the key of what it is about; two that are equal are two decisions. */
export interface Decided<V> {
  readonly key: string;
  readonly value: V;
}

/** What was read from the engine's store, and the decisions that it includes. */
export interface Copy<T, V> {
  readonly value: T;
  readonly included: readonly Decided<V>[];
}

export class Pending<V> {
  private readonly newest = new SvelteMap<string, Decided<V>>();
  private confirmed: readonly Decided<V>[] = []; // stored by the engine, and not yet in the copy
  private included: readonly Decided<V>[] = [];

  /** Show a decision, in the place of an earlier one with the same key. */
  add(key: string, value: V): Decided<V> {
    const decided = { key, value };
    this.newest.set(key, decided);
    return decided;
  }

  /** The engine has stored a decision: it shows until a copy that was begun after this has been read. */
  confirm(decided: Decided<V>): void {
    this.confirmed = [...this.confirmed, decided];
  }

  /** No longer show a decision; a newer one with the same key stays. */
  withdraw(decided: Decided<V>): void {
    if (this.newest.get(decided.key) === decided) this.newest.delete(decided.key);
  }

  /** Return the decisions that a copy lacks, by key. */
  missingIn({ included }: Pick<Copy<unknown, V>, "included">): ReadonlyMap<string, V> {
    const missing = [...this.newest.values()].filter((one) => !included.includes(one));
    return new Map(missing.map(({ key, value }) => [key, value]));
  }

  /** Read a copy: what was confirmed before the read began is in what it reads. */
  async read<T>(query: () => Promise<T>): Promise<Copy<T, V>> {
    for (const one of this.included) this.withdraw(one);
    const included = this.confirmed;
    const value = await query();
    this.confirmed = this.confirmed.filter((one) => !included.includes(one));
    this.included = included;
    return { value, included };
  }
}
