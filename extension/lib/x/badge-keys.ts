// The local indexes that decide where a badge may stand and what it shows first: the directories' and the hints', while badges are on.
import { type BadgeIndex, type Found, readBadgeIndex } from "../messages/badge-index";
import { mayKnow, type NamedPerson, readHintKeys, SortedKeys } from "../rules/keys";

const SLICE = 4; // ms of a frame that reading an index may take

export class BadgeKeys {
  #directories: BadgeIndex | null = null;
  #asked = 0; // how many indexes of the directories there were to read
  #hints = new SortedKeys(new Uint32Array());

  /** Whether there is any index: without one, no badge can stand. */
  get areThere(): boolean {
    return this.#directories !== null || this.#hints.numbers.length > 0;
  }

  /** Use the directories' index as stored in `storage.local`; returns false where a newer one came while this one was read. */
  async useDirectory(stored: unknown): Promise<boolean> {
    const asked = ++this.#asked;
    const index = await readBadgeIndex(stored, makeRest());
    if (asked !== this.#asked) return false;
    this.#directories = index;
    return true;
  }

  /** Use the index of hints as stored; returns whether a badge may have come, or all have gone. */
  useHints(stored: unknown): boolean {
    const before = new Set(this.#hints.numbers);
    const { numbers } = (this.#hints = new SortedKeys(readHintKeys(stored)?.keys ?? new Uint32Array()));
    return numbers.length === 0 || numbers.some((key) => !before.has(key));
  }

  /** Return what the directories show of this person, or whether the background has to be asked; null for strangers. */
  find(person: NamedPerson): Found {
    return mayKnow(this.#hints, person) ? "ask" : (this.#directories?.find(person) ?? null);
  }
}

// A task ends after each slice, so that the page can draw.
function makeRest(): () => Promise<void> | undefined {
  let started = performance.now();
  return () => {
    if (performance.now() - started < SLICE) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        started = performance.now();
        resolve();
      });
    });
  };
}
