// The engine as a page uses it: a command has ended once what the page shows includes what came of it.
import { type Engine, engine } from "../engine/client";
import { settled } from "../engine/stores";

/**
 * Return an engine whose answers come when the copies that the page shows are as new as they are: the engine announces
 * what it wrote before it answers. Whatever a page shows while it waits for an answer (a button that is busy, a choice that
 * is being stored) then gives way to the new state, never to the one before.
 */
export function withCopies(engine: Engine, isCurrent: () => Promise<void> = settled): Engine {
  async function call(...given: Parameters<Engine["call"]>): Promise<unknown> {
    try {
      return await engine.call(...given);
    } finally {
      await isCurrent();
    }
  }
  return { ...engine, call: call as Engine["call"] };
}

export const pageEngine = withCopies(engine);
