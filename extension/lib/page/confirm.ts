// What the confirmation window asks of the background. Its address carries the account, after "#".
import { browser } from "wxt/browser";
import { EngineError } from "../engine/client";
import type { ErrorView } from "../messages/messages.gen";
import type { BadgeTarget, ConfirmView } from "../messages/views";

/** Return the question; without one, why there is none. */
export async function readQuestion(): Promise<{ view: ConfirmView | null; error_text: string }> {
  return ask("confirm.view");
}

/** Follow the account; return what went wrong in a sentence, or "". */
export async function confirmFollow(): Promise<string> {
  return (await ask<{ error_text: string }>("confirm.follow")).error_text;
}

async function ask<T>(type: string): Promise<T> {
  const target = JSON.parse(decodeURIComponent(location.hash.slice(1))) as BadgeTarget;
  const answer: unknown = await browser.runtime.sendMessage({ type, ...target });
  if (typeof answer === "object" && answer !== null && "error" in answer)
    throw EngineError.from(answer.error as ErrorView);
  return answer as T;
}
