// X's answers that wait to be read, within bounds: the page could forge any number of them.
import { type Answer, MAX_ANSWER } from "./channel";

// A page of X gets an answer or two a second while a person scrolls; what exceeds this is dropped.
const WINDOW = 10_000; // ms
const MAX_ANSWERS = 60; // in a window
const MAX_TEXT = 40_000_000; // characters in a window
const MAX_UNREAD = MAX_ANSWER; // characters that wait: while no person is signed in, lists would wait without end

export class UnreadAnswers {
  readonly #answers: Answer[] = [];
  #unread = 0; // characters in `#answers`
  #window = { start: 0, answers: 0, characters: 0 };

  /** Keep an answer; returns false where there is no room for it. */
  add(answer: Answer): boolean {
    const { length } = answer.text;
    if (!this.#hasRoom(length)) return false;
    this.#answers.push(answer);
    this.#unread += length;
    return true;
  }

  /** Remove and return the first answer that `isReady`; undefined where there is none. */
  take(isReady: (answer: Answer) => boolean): Answer | undefined {
    const at = this.#answers.findIndex(isReady);
    const [answer] = at < 0 ? [] : this.#answers.splice(at, 1);
    this.#unread -= answer?.text.length ?? 0;
    return answer;
  }

  #hasRoom(more: number): boolean {
    const now = performance.now();
    if (now - this.#window.start > WINDOW) this.#window = { start: now, answers: 0, characters: 0 };
    this.#window.answers++;
    this.#window.characters += more;
    return (
      this.#window.answers <= MAX_ANSWERS &&
      this.#window.characters <= MAX_TEXT &&
      this.#answers.length < MAX_ANSWERS &&
      this.#unread + more <= MAX_UNREAD
    );
  }
}
