// The local indexes that decide where a badge may stand: the directory's and the hints', while badges are on.
import { type Found, MarkIndex } from "../messages/mark-index";
import { mayKnow, type NamedPerson, readBadgeIndex } from "../rules/keys";

const SLICE = 4; // ms of a frame that reading an index may take

export class BadgeKeys {
  #directory: MarkIndex | null = null;
  #asked = 0; // how many indexes of the directory there were to read
  #first = new Uint32Array();

  /** Whether there is any index: without one, no badge can stand. */
  get areThere(): boolean {
    return this.#directory !== null || this.#first.length > 0;
  }

  /** Use the directory's index as stored in `storage.local`; returns false where a newer one came while this one was read. */
  async useDirectory(stored: unknown): Promise<boolean> {
    const asked = ++this.#asked;
    const index = await MarkIndex.read(stored, makeRest());
    if (asked !== this.#asked) return false;
    this.#directory = index;
    return true;
  }

  /** Use the index of people to be asked about first, as stored; returns whether a badge may have come, or all have gone. */
  useHints(stored: unknown): boolean {
    const before = new Set(this.#first);
    this.#first = new Uint32Array(readBadgeIndex(stored)?.keys ?? []);
    return this.#first.length === 0 || this.#first.some((key) => !before.has(key));
  }

  /** Return what the directory shows of this person, or whether the background has to be asked; null for strangers. */
  find(person: NamedPerson): Found {
    return mayKnow(this.#first, person) ? "ask" : (this.#directory?.find(person) ?? null);
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
