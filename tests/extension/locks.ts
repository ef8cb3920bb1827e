/** Locks as navigator.locks gives them: one piece of work at a time per name. */
export function locks() {
  const tails = new Map<string, Promise<unknown>>();
  return <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const next = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(
      name,
      next.catch(() => undefined),
    );
    return next;
  };
}
