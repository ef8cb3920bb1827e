// On x.com, in the page's own world: hands X's own answers to the isolated world. Asks for nothing and alters nothing.
import { defineContentScript } from "wxt/utils/define-content-script";
import { ANSWER, MAX_ANSWER, READY, STOP } from "../lib/x/answers/channel";

const GRAPHQL = /^https:\/\/(?:[a-z]+\.)?(?:x|twitter)\.com\/(?:i\/api\/)?graphql\/[\w-]+\/(\w+)/;
// Private messages are not read; other answers name the same people.
const PRIVATE = /^dm|DirectMessage|Chat|Inbox/i;
const MARK = Symbol.for("passerelle-reader");
// What is kept until the isolated script listens: the answers of a page's first second. Where the extension is gone, it never does.
const MAX_KEPT = 20;
const MAX_KEPT_TEXT = MAX_ANSWER; // characters

export default defineContentScript({
  registration: "runtime",
  world: "MAIN",
  main: () => {
    quietly(listen);
  },
});

function listen(): void {
  if (MARK in window) return; // an earlier version of this script is here already
  Object.defineProperty(window, MARK, { value: true });
  const kept: string[] = [];
  const told = new WeakMap<XMLHttpRequest, string | null>();
  let hear: ((detail: string) => void) | null = null;
  let isWanted = true;

  document.addEventListener(READY, () => {
    isWanted = true;
    hear = (detail) => document.dispatchEvent(new CustomEvent(ANSWER, { detail }));
    kept.splice(0).forEach(hear);
  });
  document.addEventListener(STOP, () => {
    isWanted = false;
    hear = null;
    kept.length = 0;
  });

  function hand(head: string, text: unknown): void {
    if (!isWanted || typeof text !== "string" || text.length > MAX_ANSWER) return;
    if (hear) hear(`${head}\n${text}`);
    else if (
      kept.length < MAX_KEPT &&
      kept.reduce((sum, one) => sum + one.length, text.length) <= MAX_KEPT_TEXT
    )
      kept.push(`${head}\n${text}`);
  }

  // Proxies of the browser's own functions: name, length and toString stay what they were, and so does who they are called on.
  /* eslint-disable @typescript-eslint/unbound-method */
  window.fetch = new Proxy(window.fetch, {
    apply(fetch, self, given) {
      const answer = Reflect.apply(fetch, self, given) as Promise<Response>;
      quietly(() => {
        const head = headOf(given[0] as RequestInfo | URL);
        if (head)
          answer
            .then(async (response) => {
              hand(head, await response.clone().text());
            })
            .catch(because);
      });
      return answer;
    },
  });
  XMLHttpRequest.prototype.open = new Proxy(XMLHttpRequest.prototype.open, {
    apply(open, self: XMLHttpRequest, given) {
      quietly(() => {
        if (!told.has(self))
          self.addEventListener("load", () => {
            quietly(() => {
              take(self);
            });
          });
        told.set(self, headOf(given[1] as string | URL));
      });
      Reflect.apply(open, self, given);
    },
  });
  /* eslint-enable @typescript-eslint/unbound-method */

  function take(request: XMLHttpRequest): void {
    const head = told.get(request);
    if (!head) return;
    if (request.responseType === "json") hand(head, JSON.stringify(request.response));
    else if (request.responseType === "" || request.responseType === "text") hand(head, request.responseText);
  }
}

/** Return what comes before an answer to this request; null when it is none of X's GraphQL. */
function headOf(input: RequestInfo | URL): string | null {
  const address = typeof input === "string" ? input : "url" in input ? input.url : input.href;
  const operation = GRAPHQL.exec(new URL(address, location.href).href)?.[1];
  return operation && !PRIVATE.test(operation) ? `${operation} ${location.pathname}` : null;
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    because(error);
  }
}

// X's page must never notice that we failed; the console shows it.
function because(error: unknown): void {
  console.debug("Passerelle did not read one of X's answers:", error);
}
