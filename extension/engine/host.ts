// Owns the engine's worker: starts it when woken, stops it when idle, and says so when it dies.
//
// The host listens on the channel, too, so it knows which requests are open.
import { type Awake, type Message, type NotAwake, openChannel } from "../lib/engine/channel";
import type { ErrorView } from "../lib/messages/messages.gen";

/** Without an open request or an event for so long, the worker and its memory are given back. Milliseconds. */
export const IDLE_STOP = 3 * 60_000;
/** A worker whose script has not said that it listens by then is given up. Milliseconds. */
const LISTEN_DEADLINE = 20_000;

const WORKER_SCRIPT = "/engine.js";

/** All that the worker says to its host; the rest goes over the channel. */
export const LISTENING = "listening";

export interface HostParts {
  readonly startWorker: () => Worker;
  /** Called after the worker was stopped after a time without requests. */
  readonly onIdle: () => void;
  readonly idleStop?: number;
  readonly hasWebAssembly?: boolean;
}

/** The browser cannot run Python at all; waking the engine again does not help. */
class NoWebAssembly extends Error {
  readonly code = "no_webassembly";
}

interface Running {
  readonly worker: Worker;
  readonly name: string;
  readonly awake: Promise<Awake>;
}

/** Start the built engine in a module worker; Pyodide refuses others. */
export function startWorker(): Worker {
  return new Worker(WORKER_SCRIPT, { type: "module", name: "passerelle engine" });
}

/** Make a host; `wake` is safe to call at any time and as often as one likes. */
export function makeHost({
  startWorker,
  onIdle,
  idleStop = IDLE_STOP,
  hasWebAssembly = typeof WebAssembly === "object",
}: HostParts) {
  const open = new Set<string>();
  let running: Running | undefined;
  let idleClock: ReturnType<typeof setTimeout> | undefined;

  const channel = openChannel((message) => {
    follow(message);
    restartIdleClock();
  });

  function follow(message: Message): void {
    if ("request" in message) open.add(message.request.id);
    if ("reply" in message) open.delete(message.reply.id);
  }

  /** Make sure that a worker other than `silent` listens on the channel. Rejects when its script cannot start. */
  function wake(silent?: string): Promise<Awake> {
    if (!hasWebAssembly) return Promise.reject(new NoWebAssembly("This browser has no WebAssembly."));
    if (running && running.name === silent) die("The engine did not answer for too long.");
    running ??= start();
    restartIdleClock();
    return running.awake;
  }

  function start(): Running {
    const worker = startWorker();
    const name = crypto.randomUUID();
    const awake = new Promise<Awake>((resolve, reject) => {
      const fail = (message: string) => {
        clearTimeout(giveUp);
        reject(new Error(message));
        die(message);
      };
      const giveUp = setTimeout(fail, LISTEN_DEADLINE, "The engine's script did not start in time.");
      worker.onmessage = (event: MessageEvent<unknown>) => {
        if (event.data !== LISTENING) return;
        clearTimeout(giveUp);
        resolve({ listening: true, worker: name });
      };
      worker.onerror = (event) => {
        event.preventDefault();
        fail(event.message || "The engine's script could not be loaded.");
      };
    });
    return { worker, name, awake };
  }

  function die(message: string): void {
    stop();
    channel.post({ event: { type: "engine.died", error: died(message) } });
  }

  function stop(): void {
    clearTimeout(idleClock);
    running?.worker.terminate();
    running = undefined;
    open.clear();
  }

  function restartIdleClock(): void {
    clearTimeout(idleClock);
    if (!running || open.size > 0) return;
    idleClock = setTimeout(() => {
      stop();
      onIdle();
    }, idleStop);
  }

  return { wake };
}

/** Return the answer to a wake that failed. */
export function notAwake(error: unknown): NotAwake {
  const code = error instanceof NoWebAssembly ? error.code : "engine_unreachable";
  return { error: { code, message: String(error), params: {} } };
}

function died(message: string): ErrorView {
  return { code: "engine_died", message, params: {} };
}
