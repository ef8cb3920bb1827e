// The background's client of the engine, and the news of what the engine has stored.
import { openChannel } from "../engine/channel";
import { type Engine, makeEngine, type WakeEngine } from "../engine/client";

/** Return a client whose channel is opened by its first command. */
export function lazyEngine(wake: WakeEngine): Pick<Engine, "call"> {
  let engine: Engine | undefined;
  return { call: (type, fields) => (engine ??= makeEngine(wake)).call(type, fields) };
}

/** Call `listener` with the stores that the engine has written, each time it has. */
export function onStateChanged(listener: (stores: ReadonlySet<string>) => void): void {
  openChannel((message) => {
    if ("event" in message && message.event.type === "state.changed") listener(new Set(message.event.stores));
  });
}
