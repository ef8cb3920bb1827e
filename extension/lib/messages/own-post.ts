// The person's own new post with the code of their claim, as it was seen on x.com: kept until the browser is closed.
import { browser } from "wxt/browser";

export interface OwnPost {
  /** The code of the claim or objection that it belongs to. */
  readonly code: string;
  /** The post's address. */
  readonly url: string;
}

const OWN_POST = "own-post";

export async function writeOwnPost(post: OwnPost): Promise<void> {
  await browser.storage.session.set({ [OWN_POST]: post });
}

/** Call `listener` with what is known, and at each change; returns the function that ends it. */
export function onOwnPost(listener: (post: OwnPost) => void): () => void {
  let isListening = true;
  const tell = (value: unknown) => {
    if (isListening && value) listener(value as OwnPost);
  };
  const changed = (changes: Record<string, { newValue?: unknown }>, area: string) => {
    if (area === "session") tell(changes[OWN_POST]?.newValue);
  };
  browser.storage.onChanged.addListener(changed);
  void browser.storage.session.get(OWN_POST).then((stored) => {
    tell(stored[OWN_POST]);
  });
  return () => {
    isListening = false;
    browser.storage.onChanged.removeListener(changed);
  };
}
