// The background's part in "nothing is lost": hands on what a page posted for the engine and then closed. No worker may have
// listened yet, for starting one takes a moment, and a popup closes whenever it loses the focus.
import { openChannel, OUTLIVING } from "./channel";
import type { WakeEngine } from "./client";

/** Listen from now on; gives the function that ends it. What a worker has taken already it does not take again. */
export function handOn(wake: WakeEngine): () => void {
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
