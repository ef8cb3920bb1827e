// Asks the background about people of the index: in batches, one at a time, never twice. No DOM.
import type { NamedPerson } from "../../rules/keys";
import type { BadgeMark } from "../../messages/views";

export type AskMarks = (people: readonly NamedPerson[]) => Promise<readonly (BadgeMark | null)[]>;

export interface AnswersParts {
  askMarks: AskMarks;
  /** Return a person with the id that is known for their name, where the page shows none. */
  identify: (person: NamedPerson) => NamedPerson;
}

const BATCH = 50;
// People remembered; a page that names millions must not fill the memory.
const MAX_ANSWERS = 500;
// A message costs the page as much as showing several badges, so there is one in a frame at most, and one in this time where
// every person asked about has a mark already.
const FRAME = 16; // ms
const LATER = 500; // ms
// After a failure: wait, so that a background that is down is not asked at every frame.
const PAUSE = 5000; // ms

export class Answers {
  readonly #answers = new Map<string, BadgeMark | null>();
  readonly #wanted = new Map<string, NamedPerson>(); // people of rows that wait for the answer
  readonly #marked = new Map<string, NamedPerson>(); // people of rows that have a mark
  readonly #ahead = new Map<string, NamedPerson>(); // people of rows that may come
  #generation = 0;
  #isAsking = false;
  #askedAt = -Infinity; // performance.now() of the last message
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity; // when the timer rings

  constructor(
    private readonly parts: AnswersParts,
    private readonly changed: () => void,
  ) {}

  /**
   * Return what is known: a mark, null for a person who is not known, undefined when it has to be asked first; then `changed`
   * is called. `isMarked`: the row has a mark, so the answer may come later.
   */
  get(person: NamedPerson, isMarked = false): BadgeMark | null | undefined {
    const asked = this.parts.identify(person);
    const key = keyOf(asked);
    const answer = this.#answers.get(key);
    if (answer === undefined) this.#want(key, asked, isMarked);
    return answer;
  }

  #want(key: string, asked: NamedPerson, isMarked: boolean): void {
    if (!isMarked) {
      for (const one of [this.#ahead, this.#marked]) one.delete(key);
      keep(this.#wanted, key, asked);
    } else if (!this.#wanted.has(key) && !this.#ahead.has(key)) keep(this.#marked, key, asked);
  }

  set(person: NamedPerson, mark: BadgeMark | null): void {
    this.#remember(keyOf(this.parts.identify(person)), mark);
  }

  /** Ask before long about people who are not known yet. */
  askAhead(people: readonly NamedPerson[]): void {
    for (const person of people.map(this.parts.identify)) {
      const key = keyOf(person);
      if (!this.#answers.has(key) && !this.#wanted.has(key)) keep(this.#ahead, key, person);
    }
    this.#plan(this.#wait());
  }

  /** Forget everything: the directory is another now. */
  clear(): void {
    this.#generation++;
    for (const one of [this.#answers, ...this.#queues]) one.clear();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.clear();
  }

  /** Ask about everyone wanted since: at once where rows wait, if nothing is being asked and this frame has had no message. */
  ask(): Promise<void> | undefined {
    const wait = this.#wait();
    if (wait === 0) return this.#askNow();
    this.#plan(wait);
    return undefined;
  }

  async #askNow(): Promise<void> {
    this.#isAsking = true;
    this.#askedAt = performance.now();
    // The newest rows first: a person who scrolls fast has left the oldest behind.
    const asked = [...newestFirst(this.#wanted), ...this.#ahead, ...newestFirst(this.#marked)].slice(
      0,
      BATCH,
    );
    await this.#askAbout(asked);
    for (const [key] of asked) for (const one of this.#queues) one.delete(key);
    this.#isAsking = false;
    this.changed();
    await this.ask();
  }

  get #queues(): readonly Map<string, NamedPerson>[] {
    return [this.#wanted, this.#ahead, this.#marked];
  }

  /** Return how long the next message has to wait, in ms; Infinity where there is nothing to ask, or an answer is awaited. */
  #wait(): number {
    if (this.#isAsking) return Infinity;
    const isUrgent = this.#wanted.size + this.#ahead.size > 0 || this.#marked.size >= BATCH;
    if (!isUrgent && this.#marked.size === 0) return Infinity;
    return Math.max(0, this.#askedAt + (isUrgent ? FRAME : LATER) - performance.now());
  }

  async #askAbout(asked: readonly (readonly [string, NamedPerson])[]): Promise<void> {
    const generation = this.#generation;
    try {
      const marks = await this.parts.askMarks(asked.map(([, person]) => person));
      if (generation !== this.#generation) return;
      asked.forEach(([key], at) => {
        this.#remember(key, marks[at] ?? null);
      });
    } catch (error) {
      console.warn("Passerelle: no badges for now, its background does not answer.", error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  // One timer: an earlier due time replaces it, a later one does not.
  #plan(wait: number): void {
    const at = performance.now() + wait;
    if (wait === Infinity || at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => {
      this.#dueAt = Infinity;
      void this.ask();
    }, wait);
  }

  #remember(key: string, mark: BadgeMark | null): void {
    this.#answers.delete(key);
    this.#answers.set(key, mark);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS) break;
      this.#answers.delete(oldest);
    }
  }
}

function newestFirst<T>(people: ReadonlyMap<string, T>): [string, T][] {
  return [...people].reverse();
}

// The oldest go where there are too many.
function keep(people: Map<string, NamedPerson>, key: string, person: NamedPerson): void {
  people.set(key, nameOf(person));
  for (const oldest of people.keys()) {
    if (people.size <= MAX_ANSWERS) break;
    people.delete(oldest);
  }
}

/** Return what a message may carry of a person: no nodes of the page. */
export function nameOf({ screenName, restId }: NamedPerson): NamedPerson {
  return { screenName, restId };
}

function keyOf({ screenName, restId }: NamedPerson): string {
  return `${screenName.toLowerCase()} ${restId ?? ""}`;
}
