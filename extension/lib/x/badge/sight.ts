// Whether a card is really visible to the person: not covered, not transparent, not outside of the window.
//
// A page may lay a popover of its own over a card and let clicks through (`pointer-events: none`): the clicks are real, and
// land on buttons that are not seen. IntersectionObserver v2 reports that: https://w3c.github.io/IntersectionObserver/v2/
// Chromium has it; Firefox does not.

interface SightEntry extends IntersectionObserverEntry {
  readonly isVisible: boolean;
}

const DELAY = 100; // ms between two reports; the least that the specification allows with `trackVisibility`
const WHOLE = 0.95; // share of the card inside the window; 1 is missed by fractions of pixels

/** Whether this browser can tell. */
export const CAN_TELL_SIGHT =
  typeof IntersectionObserverEntry !== "undefined" && "isVisible" in IntersectionObserverEntry.prototype;

export class Sight {
  #since: number | null = null;
  readonly #observer: IntersectionObserver | null;

  /** Watch `element` until `stop`. */
  constructor(element: Element) {
    const options = { threshold: [0, WHOLE], trackVisibility: true, delay: DELAY };
    this.#observer = CAN_TELL_SIGHT
      ? new IntersectionObserver((entries) => {
          this.#note(entries);
        }, options)
      : null;
    this.#observer?.observe(element);
  }

  /** Return for how long the element has been visible without a break, in ms; 0 where that is unknown. */
  get duration(): number {
    // What is reported and not delivered yet counts too.
    this.#note(this.#observer?.takeRecords() ?? []);
    return this.#since === null ? 0 : performance.now() - this.#since;
  }

  stop(): void {
    this.#observer?.disconnect();
  }

  #note(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const isVisible = (entry as SightEntry).isVisible && entry.intersectionRatio >= WHOLE;
      this.#since = isVisible ? (this.#since ?? performance.now()) : null;
    }
  }
}
