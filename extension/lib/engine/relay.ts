// The background repeats requests of pages that may have closed: a popup closes whenever it loses the focus, perhaps before
// the worker listened.
import { openChannel, OUTLIVING } from "./channel";
import type { WakeEngine } from "./client";

/** Relay requests from now on; returns the function that stops it. The worker ignores a request that it has already taken. */
export function relayRequests(wake: WakeEngine): () => void {
  const channel = openChannel((message) => {
    if (!("request" in message) || !OUTLIVING.has(message.request.type)) return;
    wake().then(
      (answer) => {
        if ("listening" in answer) channel.post(message);
      },
      (error: unknown) => {
        console.error("The engine could not be woken for a page that may have closed:", error);
      },
    );
  });
  return channel.close;
}
