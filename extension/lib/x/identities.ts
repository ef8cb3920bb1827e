// The ids of names on this page: from X's answers to it, and those that the background has left (lib/messages/name-ids.ts).
import { identify, type Learned } from "../messages/name-ids";
import type { NamedPerson } from "../rules/keys";
import type { SeenUser } from "../rules/profile";

const MAX_NAMES = 5_000; // of this page's answers; 40 bytes each

export class Identities {
  readonly #ofPage = new Map<string, string>();
  #learned: Learned = new Map();

  /** Use what the background has stored; returns whether it has names that were not known here. */
  learn(learned: Learned): boolean {
    const before = this.#learned;
    this.#learned = learned;
    return [...learned.keys()].some((name) => !before.has(name) && !this.#ofPage.has(name));
  }

  /** Add the people of one of X's answers to this page. */
  add(people: readonly SeenUser[]): void {
    for (const { screen_name, rest_id } of people) {
      const name = screen_name.toLowerCase();
      this.#ofPage.delete(name);
      this.#ofPage.set(name, rest_id);
    }
    for (const oldest of this.#ofPage.keys()) {
      if (this.#ofPage.size <= MAX_NAMES) break;
      this.#ofPage.delete(oldest);
    }
  }

  /** Return a person with the id that is known for their name, where the page shows none. */
  readonly identify = (person: NamedPerson): NamedPerson => {
    if (person.restId !== null) return person;
    const restId = this.#ofPage.get(person.screenName.toLowerCase());
    return restId === undefined ? identify(this.#learned, person) : { screenName: person.screenName, restId };
  };
}
