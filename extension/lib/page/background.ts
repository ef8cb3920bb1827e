// What popup and tab ask of the background, which goes on when they close.
import { browser } from "wxt/browser";
import { EngineError } from "../engine/client";
import type { ErrorView } from "../messages/messages.gen";

/** Send a message to the background and return its answer. Throws the error in an answer. */
export async function ask(message: {
  readonly type: string;
  readonly [field: string]: unknown;
}): Promise<unknown> {
  const answer: unknown = await browser.runtime.sendMessage(message);
  if (typeof answer === "object" && answer !== null && "error" in answer)
    throw EngineError.from(answer.error as ErrorView);
  return answer;
}

/** Delete everything that is stored; returns true once it is done. */
export async function deleteAllData(): Promise<true> {
  await ask({ type: "data.delete-all" });
  return true;
}
