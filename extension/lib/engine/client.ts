// The one client of the engine: sends a command, gives its result or a typed error; every request has a deadline.
import { browser } from "wxt/browser";
import {
  type Awake,
  type CommandType,
  type EventType,
  type NotAwake,
  openChannel,
  OUTLIVING,
  type Reply,
  type Wake,
} from "./channel";
import type { Commands, ErrorView, Events } from "../messages/messages.gen";

export type { CommandType, EventType } from "./channel";

type Fields<C extends CommandType> = Commands[C]["fields"];
type Result<C extends CommandType> = Commands[C]["result"];
type Params = Readonly<Record<string, string | number>>;

/** Why a command failed. `code` picks the sentence, `params` fill it, `message` is English for reports. */
export class EngineError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly params: Params = {},
  ) {
    super(message);
    this.name = "EngineError";
  }

  static from({ code, message, params }: ErrorView): EngineError {
    return new EngineError(code, message, params);
  }
}

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For the host to start and listen, once. */
  readonly wake: number;
  /** Without a sign of life, before asking whether our worker is still the one that runs. */
  readonly ask: number;
  /** Without a sign of life, before giving up. Longer than a server may take to answer (30 s), three times over. */
  readonly silence: number;
}

const PATIENCE: Patience = { wake: 30_000, ask: 10_000, silence: 120_000 };
const WAKE_TRIES = 3;
const SILENT = "engine_silent";

export type Engine = ReturnType<typeof makeEngine>;

/** Starts the engine's host where it is not running, replaces a `silent` worker, and says which one listens. */
export type WakeEngine = (silent?: string) => Promise<Awake | NotAwake>;

/** Make a client over one way to wake the engine. */
export function makeEngine(wake: WakeEngine, patience: Patience = PATIENCE) {
  const waiting = new Map<string, Waiting>();
  const listeners = new Map<EventType, Set<(event: never) => void>>();

  // Opened at the first use: importing this file must have no effect, the build imports it too.
  let channel: ReturnType<typeof openChannel> | undefined;

  function opened() {
    channel ??= openChannel((message) => {
      if ("reply" in message) settle(message.reply);
      if ("event" in message) tell(message.event);
    });
    return channel;
  }

  function settle(reply: Reply): void {
    const request = waiting.get(reply.id);
    if (!request) return;
    if ("error" in reply) request.fail(EngineError.from(reply.error));
    else request.succeed(reply.result);
  }

  function tell(event: Events[EventType]): void {
    for (const request of waiting.values()) request.alive();
    if (event.type === "engine.died") {
      // Whoever still wakes a worker did not mean the one that died.
      for (const request of waiting.values())
        if (request.worker !== undefined) request.fail(EngineError.from(event.error));
    }
    for (const listener of listeners.get(event.type) ?? []) listener(event as never);
  }

  /**
   * Send a command and wait for its result; `files` travel beside it, by reference.
   *
   * Throws EngineError: what the engine answered, or `engine_unreachable`, `engine_died`, `engine_silent`.
   */
  async function call<C extends CommandType>(
    type: C,
    fields: Fields<C>,
    files: readonly File[] = [],
  ): Promise<Result<C>> {
    const id = crypto.randomUUID();
    const request = new Waiting(patience, async (worker) => (await awake()).worker === worker);
    waiting.set(id, request);
    const post = () => {
      opened().post({ request: { ...fields, id, type }, files });
    };
    try {
      // Now, so that the background can relay it if this page closes before a worker listens (lib/engine/relay.ts); and
      // again when a worker listens, which takes each request once.
      if (OUTLIVING.has(type)) post();
      request.worker = (await awake()).worker;
      post();
      return (await request.outcome) as Result<C>;
    } catch (error) {
      // Whoever comes next finds a worker that answers.
      if (error instanceof EngineError && error.code === SILENT)
        void awake(request.worker).catch(() => undefined);
      throw error;
    } finally {
      waiting.delete(id);
      request.stop();
    }
  }

  async function awake(silent?: string): Promise<Awake> {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await within(patience.wake, wake(silent));
        if ("listening" in answer) return answer;
        throw EngineError.from(answer.error);
      } catch (error) {
        // The host may just be closing (idle) or starting: the next try finds it on one side or the other.
        if (tries === WAKE_TRIES) throw asEngineError(error);
      }
    }
  }

  /** Call `listener` for every event of a type. Returns the function that stops it. */
  function on<E extends EventType>(type: E, listener: (event: Events[E]) => void): () => void {
    opened();
    const set = listeners.get(type) ?? new Set();
    listeners.set(type, set.add(listener));
    return () => set.delete(listener);
  }

  return { call, events: { on }, close: () => channel?.close() };
}

/** One open request: its outcome, and the clock that asks after the worker when nothing has been heard. */
class Waiting {
  readonly outcome: Promise<unknown>;
  /** Who works on it; undefined while a worker is being woken. */
  worker: string | undefined;
  succeed!: (result: unknown) => void;
  fail!: (error: EngineError) => void;
  private heard = performance.now();
  private readonly clock: ReturnType<typeof setInterval>;

  constructor(
    private readonly patience: Patience,
    private readonly isStillThere: (worker: string) => Promise<boolean>,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
    this.outcome.catch(() => undefined); // it may fail before anybody waits for it
    this.clock = setInterval(() => void this.look(), patience.ask);
  }

  alive(): void {
    this.heard = performance.now();
  }

  stop(): void {
    clearInterval(this.clock);
  }

  private async look(): Promise<void> {
    if (performance.now() - this.heard < this.patience.ask) return;
    if (performance.now() - this.heard >= this.patience.silence) {
      this.fail(new EngineError(SILENT, "The engine does not answer."));
      return;
    }
    try {
      if (this.worker === undefined || (await this.isStillThere(this.worker))) return;
      this.fail(new EngineError("engine_died", "The engine was stopped in the middle of this."));
    } catch (error) {
      this.fail(asEngineError(error));
    }
  }
}

function asEngineError(error: unknown): EngineError {
  return error instanceof EngineError ? error : new EngineError("engine_unreachable", String(error));
}

function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const deadline = new Promise<never>((_, reject) =>
    setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds} ms`));
    }, milliseconds),
  );
  return Promise.race([promise, deadline]);
}

/** The client for pages; the background, which cannot send messages to itself, makes its own. */
export const engine: Engine = makeEngine((silent) =>
  browser.runtime.sendMessage<Wake, Awake | NotAwake>({ type: "engine.wake", silent }),
);
