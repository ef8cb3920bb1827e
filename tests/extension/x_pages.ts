// What tests/x_pages.py runs inside a saved page: the adapters that ship, and nothing of their own.
import { chooseAdapter } from "../../extension/lib/x/adapters";
import { findPeople } from "../../extension/lib/x/people";
import { placeFor } from "../../extension/lib/badge/place";

/** Give the client that drew this page, and whom it shows. */
export function readPage(): object {
  const adapter = chooseAdapter(document);
  const found = adapter ? findPeople(document.documentElement, adapter, pathOfSavedPage()) : [];
  const people = found.map(({ block, person }) => ({
    surface: person.surface,
    handle: person.screenName,
    rest_id: person.restId,
    place: describe(placeFor(person.anchor, block)),
  }));
  return { client: adapter?.client ?? null, people };
}

// A saved file has lost its address; X writes it into the page's head.
function pathOfSavedPage(): string | null {
  const address =
    document.querySelector('link[rel="canonical"]')?.getAttribute("href") ??
    document.querySelector('meta[property="og:url"]')?.getAttribute("content");
  return address && URL.canParse(address) ? new URL(address).pathname : null;
}

function describe(element: Element): string {
  const parent = element.parentElement;
  const style = parent ? getComputedStyle(parent) : null;
  return `${element.localName} in ${style?.display ?? "nothing"} ${style?.flexDirection ?? ""}`.trim();
}
