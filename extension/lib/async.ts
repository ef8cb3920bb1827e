// Asynchronous work in order: read once, one at a time, again when asked meanwhile. Pure.

export interface Memoized<T> {
  (): Promise<T>;
  /** Drop the value: the next call reads it again. */
  readonly forget: () => void;
}

/** Return a function that calls `read` once and shares the result with all callers; a rejection is not kept. */
export function memoize<T>(read: () => Promise<T>): Memoized<T> {
  let kept: Promise<T> | null = null;
  const memoized = () => {
    const reading = (kept ??= read());
    reading.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading;
  };
  return Object.assign(memoized, {
    forget: () => {
      kept = null;
    },
  });
}

/** Runs one task after another, in the order of the calls; resolves or rejects as the task does. */
export type Serializer = <T>(task: () => Promise<T>) => Promise<T>;

/** Return a queue of tasks of its own; a rejected task does not stop those behind it. */
export function makeSerializer(): Serializer {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}

/**
 * Return a function that runs `task`, never twice at the same time: calls during a run cause one more run after it.
 * A rejection goes to `onError`, and does not cancel the run that was asked for meanwhile. What it returns resolves when
 * a run has ended that began after the call.
 */
export function coalesce(task: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  const inOrder = makeSerializer();
  let next: Promise<void> | null = null;
  return () =>
    (next ??= inOrder(() => {
      next = null;
      return task();
    }).catch(onError));
}

/**
 * Return a function to call with each question that is asked; what it returns says, once, when the answer has come, whether
 * none has come to a later question. For state that is asked for again while an earlier answer is still out.
 */
export function makeOrder(): () => () => boolean {
  let asked = 0;
  let answered = 0;
  return () => {
    const mine = ++asked;
    return () => {
      if (mine < answered) return false;
      answered = mine;
      return true;
    };
  };
}
