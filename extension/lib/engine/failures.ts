// Whatever was thrown -> an error that has a sentence; what we did not foresee is a bug and goes to the console.
import type { ErrorView } from "../messages/messages.gen";

export type Failure = Pick<ErrorView, "code" | "params">;

/** Return the code and values of anything thrown. */
export function failureOf(thrown: unknown): Failure {
  if (isCoded(thrown)) return { code: thrown.code, params: thrown.params };
  if (thrown instanceof DOMException && thrown.name === "QuotaExceededError")
    return { code: "storage_full", params: {} };
  console.error(thrown);
  return { code: "bug", params: {} };
}

// EngineError, SessionError, UnreadableFile and ErrorView; a DOMException's code is a number.
function isCoded(thrown: unknown): thrown is Failure {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    "params" in thrown
  );
}
