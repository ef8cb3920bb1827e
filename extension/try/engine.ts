// The page's client of its engine: starts the worker, sends commands with their files, hears its events.
import type { CommandType, Message } from "../lib/engine/channel";
import type { Commands, ErrorView, Events } from "../lib/messages/messages.gen";

/** Said once, when everything that the engine may ever need has been loaded. */
export const WHOLE = "whole";
export type FromWorker = Message | typeof WHOLE;

type Event = Events[keyof Events];

/** Why a command failed; `lib/engine/failures.ts` reads it. */
class EngineError extends Error {
  readonly code: string;
  readonly params: ErrorView["params"];

  constructor({ code, message, params }: ErrorView) {
    super(message);
    this.code = code;
    this.params = params;
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One worker, which lives as long as the page. */
export class Engine {
  /** Resolves when everything is loaded; rejects when the worker ended before. */
  readonly isWhole: Promise<void>;
  private readonly waiting = new Map<string, Waiting>();
  private whole!: Waiting;
  private count = 0;
  private death: EngineError | null = null;

  constructor(
    private readonly worker: Worker,
    private readonly onEvent: (event: Event) => void,
  ) {
    this.isWhole = new Promise<unknown>((resolve, reject) => (this.whole = { resolve, reject })).then(
      () => undefined,
    );
    worker.onmessage = ({ data }: MessageEvent<unknown>) => this.hear(data as FromWorker);
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(event.message || "The engine's script could not be loaded.");
    };
  }

  /** Send a command and wait for its result; `files` travel beside it, by reference. Throws EngineError. */
  call<C extends CommandType>(
    type: C,
    fields: Commands[C]["fields"],
    files: readonly File[] = [],
  ): Promise<Commands[C]["result"]> {
    if (this.death) return Promise.reject(this.death);
    const id = String(++this.count);
    const outcome = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ request: { ...fields, id, type }, files } satisfies Message);
    return outcome as Promise<Commands[C]["result"]>;
  }

  private hear(message: FromWorker): void {
    if (message === WHOLE) this.whole.resolve(undefined);
    else if (typeof message !== "object")
      return; // the host of the extension listens for it
    else if ("event" in message) this.onEvent(message.event);
    else if ("reply" in message) this.settle(message.reply);
  }

  private settle(reply: Extract<Message, { reply: unknown }>["reply"]): void {
    const request = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ("error" in reply) request?.reject(new EngineError(reply.error));
    else request?.resolve(reply.result);
  }

  private end(message: string): void {
    this.worker.terminate();
    this.death = new EngineError({ code: "engine_died", message, params: {} });
    this.whole.reject(this.death);
    for (const request of this.waiting.values()) request.reject(this.death);
    this.waiting.clear();
  }
}
