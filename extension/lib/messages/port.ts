// A line to the background that stays open: what it carries costs a page half of what it costs to send each message by itself.
import type { Send } from "./content";

/** What is used of a `runtime.Port`. */
export interface Port {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: { addListener(listener: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
}

export interface Line {
  /** Send a message; gives the answer with the same `id`, over this line or, where that was cut, by `send`. */
  readonly send: Send;
  /** Hang up; the next message opens the line again. */
  close(): void;
}

/**
 * Make a line, to be opened by its first message.
 *
 * A background that falls asleep cuts it, and so does Chromium when it keeps the page for the way back
 * (https://developer.chrome.com/docs/extensions/develop/concepts/messaging). Whatever was sent over it is then sent
 * again, each message by itself: only what may arrive twice may be sent here.
 */
export function makeLine(connect: () => Port, send: Send): Line {
  const waiting = new Map<string, (answer: unknown) => void>();
  let port: Port | null = null;

  function open(): Port {
    const opened = connect();
    opened.onMessage.addListener((answer) => {
      const { id } = (answer ?? {}) as { id?: string };
      if (id !== undefined) settle(id, answer);
    });
    opened.onDisconnect.addListener(() => {
      if (port === opened) cut();
    });
    return opened;
  }

  function settle(id: string, answer: unknown): void {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  }

  function cut(): void {
    port = null;
    for (const id of [...waiting.keys()]) settle(id, CUT);
  }

  return {
    async send(message) {
      const answer = await new Promise<unknown>((resolve) => {
        waiting.set(message.id, resolve);
        try {
          port ??= open();
          port.postMessage(message);
        } catch {
          cut(); // the other end is gone and nobody has said so yet
        }
      });
      return answer === CUT ? send(message) : answer;
    },
    close() {
      port?.disconnect(); // tells the other end only
      cut();
    },
  };
}

const CUT = Symbol("cut");
