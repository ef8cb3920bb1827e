// Asks the background about people whom the index may know: in batches, one at a time, never twice. No DOM.
import type { NamedPerson } from "../../rules/keys";
import type { BadgeView } from "../../messages/views";

export type AskRows = (people: readonly NamedPerson[]) => Promise<readonly (BadgeView | null)[]>;

const BATCH = 50;
// People remembered, of 2 kB each; a page that names millions must not fill the memory.
const MAX_ANSWERS = 500;
// After a failure: wait, so that a background that is down is not asked at every frame.
const PAUSE = 5000; // ms

export class Answers {
  readonly #answers = new Map<string, BadgeView | null>();
  readonly #wanted = new Map<string, NamedPerson>();
  #generation = 0;
  #isAsking = false;

  constructor(
    private readonly askRows: AskRows,
    private readonly changed: () => void,
  ) {}

  /** Return what is known: a view, null for nobody, undefined when it has to be asked first (then `changed` is called). */
  get(person: NamedPerson): BadgeView | null | undefined {
    const key = keyOf(person);
    const answer = this.#answers.get(key);
    if (answer === undefined && this.#wanted.size < MAX_ANSWERS) this.#wanted.set(key, nameOf(person));
    return answer;
  }

  set(person: NamedPerson, view: BadgeView | null): void {
    const key = keyOf(person);
    this.#answers.delete(key);
    this.#answers.set(key, view);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS) break;
      this.#answers.delete(oldest);
    }
  }

  /** Forget everything: the directory is another now. */
  clear(): void {
    this.#generation++;
    this.#answers.clear();
    this.#wanted.clear();
  }

  /** Ask about everybody wanted since, if nothing is being asked. */
  async ask(): Promise<void> {
    if (this.#isAsking || this.#wanted.size === 0) return;
    this.#isAsking = true;
    const people = [...this.#wanted.values()].slice(0, BATCH);
    const generation = this.#generation;
    try {
      const views = await this.askRows(people);
      if (generation === this.#generation)
        people.forEach((person, at) => {
          this.set(person, views[at] ?? null);
        });
    } catch (error) {
      console.warn("Passerelle: no badges for now, its background does not answer.", error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    for (const person of people) this.#wanted.delete(keyOf(person));
    this.#isAsking = false;
    this.changed();
    await this.ask();
  }
}

/** Return what a message may carry of a person: no nodes of the page. */
export function nameOf({ screenName, restId }: NamedPerson): NamedPerson {
  return { screenName, restId };
}

function keyOf({ screenName, restId }: NamedPerson): string {
  return `${screenName.toLowerCase()} ${restId ?? ""}`;
}
