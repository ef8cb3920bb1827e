// Remembers what was read until somebody says that it may be another now. Pure.

export interface Remembered<T> {
  (): Promise<T>;
  /** What was read may have changed: read it again when it is asked for next. */
  forget(): void;
}

/** Make a reading that is done once for all who ask; one that failed is tried again by the next who asks. */
export function remember<T>(read: () => Promise<T>): Remembered<T> {
  let kept: Promise<T> | null = null;
  const remembered = () => {
    const reading = (kept ??= read());
    reading.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading;
  };
  return Object.assign(remembered, {
    forget: () => {
      kept = null;
    },
  });
}
