// A long-lived port to the background; half the main-thread cost of sendMessage.
import type { Send } from "./content";

/** What is used of a `runtime.Port`. */
export interface Port {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: { addListener(listener: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
}

export interface OpenPort {
  /** Send a message; returns the answer with the same `id`, over the port or, where that was cut, by `send`. */
  readonly send: Send;
  /** Disconnect; the next message connects again. */
  close(): void;
}

/**
 * Make a port that its first message connects.
 *
 * A background that falls asleep disconnects it, and so does Chromium when it keeps the page for the way back
 * (https://developer.chrome.com/docs/extensions/develop/concepts/messaging). What was sent over it is then sent again,
 * each message by itself: only messages that may arrive twice may be sent here.
 */
export function openPort(connect: () => Port, send: Send): OpenPort {
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
          cut(); // the other end is gone without a disconnect event yet
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
