// The trust boundary of the background: which sender may send which message, and what a content script gets back.
import {
  CONTENT_MESSAGES,
  type ContentMessageType,
  type Fields,
  parseContentMessage,
  type Result,
} from "../messages/schemas";
import type { ErrorView } from "../messages/messages.gen";
import { isOwnPage, isThisExtension, type Sender } from "../messages/sender";

/** Handlers of messages of content scripts; their fields have been checked. */
export type ContentHandlers<T extends ContentMessageType = ContentMessageType> = {
  readonly [M in T]: (fields: Fields<M>) => Promise<Result<M>>;
};

/** Handlers of messages of the extension's own pages, by type. */
export type PageHandlers = Readonly<
  Record<string, (message: Readonly<Record<string, unknown>>) => Promise<unknown>>
>;

/** Return the answer to a message, or null where this sender may not send it or it is not in the sender's table. */
export type Route = (message: unknown, sender: Sender) => Promise<unknown> | null;

/** Make the route to these handlers. */
export function makeRoute(pages: PageHandlers, content: ContentHandlers): Route {
  return (message, sender) => {
    const type = typeOf(message);
    if (type === null || !isThisExtension(sender)) return null;
    if (!isOwnPage(sender))
      return Object.hasOwn(CONTENT_MESSAGES, type) ? answerContentScript(content, message) : null;
    const handler = Object.hasOwn(pages, type) ? pages[type] : undefined;
    return handler?.(message as Readonly<Record<string, unknown>>) ?? null;
  };
}

function typeOf(message: unknown): string | null {
  const type = (message as { type?: unknown } | null)?.type;
  return typeof type === "string" ? type : null;
}

/** Answer one message of a content script; a failure is an error for the page, not a crash of the background. */
export async function answerContentScript(
  handlers: Partial<ContentHandlers>,
  value: unknown,
): Promise<object> {
  const message = parseContentMessage(value);
  if (!message) return { error: errorView("unknown_command", "This is no message of a content script.") };
  const { id, type, fields } = message;
  const handler = handlers[type] as (fields: object) => Promise<object>;
  try {
    return { id, result: await handler(fields) };
  } catch (error) {
    console.error(`${type} failed:`, error);
    return { id, error: errorView("bug", String(error)) };
  }
}

/** Return an error as pages get it. */
export function errorView(code: string, message: string): ErrorView {
  return { code, message, params: {} };
}
