// The local indexes that decide where a badge may stand: the directory's and the hints', while badges are on.
import { mayKnow, type NamedPerson, readBadgeIndex } from "../rules/keys";

export class BadgeKeys {
  #directory: Uint32Array | null = null;
  #hints = new Uint32Array();

  /** Whether there is any index: without one, no badge can stand. */
  get areThere(): boolean {
    return this.#directory !== null || this.#hints.length > 0;
  }

  /** Use the directory's index as stored in `storage.local`. */
  useDirectory(stored: unknown): void {
    this.#directory = readBadgeIndex(stored)?.keys ?? null;
  }

  /** Use the hints' index as stored; returns whether a badge may have come, or all have gone. */
  useHints(stored: unknown): boolean {
    const before = new Set(this.#hints);
    this.#hints = new Uint32Array(readBadgeIndex(stored)?.keys ?? []);
    return this.#hints.length === 0 || this.#hints.some((key) => !before.has(key));
  }

  /** Return whether the directory or the hints may know this person. */
  mayKnow(person: NamedPerson): boolean {
    return (this.#directory !== null && mayKnow(this.#directory, person)) || mayKnow(this.#hints, person);
  }
}
