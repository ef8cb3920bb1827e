// How a content script asks the background: the client of the messages in ./schemas.ts.
import { browser } from "wxt/browser";
import type { ErrorView } from "./messages.gen";
import type { ContentMessageType, Fields, Result } from "./schemas";

type Reply<T extends ContentMessageType> =
  { readonly id: string; readonly result: Result<T> } | { readonly id: string; readonly error: ErrorView };

/** Why a message got no result; `view` has a sentence in every catalogue. */
export class ContentMessageError extends Error {
  constructor(readonly view: ErrorView) {
    super(view.message);
    this.name = "ContentMessageError";
  }
}

// A sleeping background wakes in well under a second.
const DEADLINE = 15_000; // ms
// These may start Python, ask a slow server, or copy an index of some megabytes.
const SLOW: Partial<Record<ContentMessageType, number>> = {
  "badge.index": 60_000,
  "badge.follow": 90_000,
  "badge.look": 90_000,
};

/** How a message goes to the background and its answer comes back. */
export type Send = (message: { readonly id: string }) => Promise<unknown>;

/** Ask the background. Throws ContentMessageError: what it answered, or `no_answer` when it did not in time. */
export async function ask<T extends ContentMessageType>(
  type: T,
  fields: Fields<T>,
  send: Send = sendAlone,
): Promise<Result<T>> {
  const message = { id: crypto.randomUUID(), type, ...fields };
  const answer: unknown = await inTime(send(message), SLOW[type] ?? DEADLINE);
  if (isReply<T>(answer, message.id)) {
    if ("result" in answer) return answer.result;
    throw new ContentMessageError(answer.error);
  }
  throw new ContentMessageError({
    code: "no_answer",
    message: "The extension did not answer.",
    params: {},
  });
}

/** Send one message by itself. */
export const sendAlone: Send = (message) => browser.runtime.sendMessage(message);

function isReply<T extends ContentMessageType>(value: unknown, id: string): value is Reply<T> {
  return isRecord(value) && value.id === id && (isRecord(value.result) || isRecord(value.error));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

// A page sends many messages a second: no timer outlives its answer.
async function inTime(answer: Promise<unknown>, milliseconds: number): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
