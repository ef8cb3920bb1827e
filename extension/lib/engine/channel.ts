// The channel between pages and engine, and what travels on it (docs/architecture.md, "Two channels").
import type { Commands, ErrorView, Events } from "../messages/messages.gen";

export const CHANNEL = "passerelle-engine";

export type CommandType = keyof Commands;
export type EventType = keyof Events;

/** What the person wants done even if the page closes in the same moment, as a popup does whenever it loses the focus. */
export const OUTLIVING: ReadonlySet<string> = new Set<CommandType>([
  "archive.open",
  "archive.replace",
  "archive.discard",
  "backup.restore",
  "date.set",
  "date.withdraw",
  "date.begin",
  "decision.set",
  "follow.start",
  "follow.one",
  "follow.cancel",
  "follow.speed",
  "join.start",
  "join.record",
  "join.check",
  "join.withdraw",
  "post.send",
  "post.close",
  "block.start",
  "block.resume",
  "block.undo",
]);

export interface Request {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export type Reply =
  { readonly id: string; readonly result: unknown } | { readonly id: string; readonly error: ErrorView };

/** Everything that is posted on the channel; `files` are the attachments of a request, by reference. */
export type Message =
  | { readonly request: Request; readonly files: readonly File[] }
  | { readonly reply: Reply }
  | { readonly event: Events[EventType] };

/** How a page wakes the engine. `silent` names a worker that has not answered for too long: it is replaced. */
export interface Wake {
  readonly type: "engine.wake" | "host.wake";
  readonly silent?: string | undefined;
}

/** What the background answers to `engine.wake`: `worker` names the running worker, another one after each start. */
export interface Awake {
  readonly listening: true;
  readonly worker: string;
}

/** The answer where the host or the worker could not be started. */
export interface NotAwake {
  readonly error: ErrorView;
}

/** Return whether something is one of our messages, as far as the engine's worker depends on it. */
function isMessage(data: unknown): data is Message {
  if (!isRecord(data)) return false;
  const { request, files, reply, event } = data;
  if ("request" in data) return isRecord(request) && typeof request.id === "string" && Array.isArray(files);
  return isRecord(reply) || isRecord(event);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Open the channel. Each opening hears what all others post, but not what it posts itself. */
export function openChannel(onMessage: (message: Message) => void = () => undefined) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) onMessage(data);
  };
  return {
    post: (message: Message) => {
      channel.postMessage(message);
    },
    close: () => {
      channel.close();
    },
  };
}
