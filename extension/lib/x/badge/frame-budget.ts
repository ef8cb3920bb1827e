// Shares the main thread with X's page: so many milliseconds of work in each frame, the rest in the next one.

const FRAME = 16; // ms
const BUDGET = 4; // ms of a frame's main thread; most of it is X's own

export class FrameBudget {
  #frame = 0;
  // When the present frame began, about, and what it has cost already; in ms.
  #start = 0;
  #spent = 0;

  constructor(
    private readonly document: Document,
    private readonly work: () => void,
  ) {}

  /** What is left of the present frame's budget, in ms. */
  get left(): number {
    return BUDGET - this.#spent;
  }

  /** Do the work at once, so that a badge comes with its row; in the next frame once this one's budget is spent. */
  run(): void {
    const now = performance.now();
    if (now - this.#start >= FRAME) this.#begin(now);
    // No frame comes in a hidden tab, so nothing is done there.
    if (this.#frame || this.document.hidden || this.left <= 0) this.schedule();
    else this.work();
  }

  /** Do the work in the next frame. */
  schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#begin(performance.now());
      this.work();
    });
  }

  /** Count work that began at `started` (performance.now()) against the present frame. */
  spend(started: number): void {
    this.#spent += performance.now() - started;
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #begin(now: number): void {
    [this.#start, this.#spent] = [now, 0];
  }
}
