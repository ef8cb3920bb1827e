// What tests/x_pages.py runs inside a saved page: the adapters that ship, and nothing of their own.
import { placeFor } from "../../extension/lib/x/badge/place";
import { chooseAdapter } from "../../extension/lib/x/pages/adapters";
import { findPeople } from "../../extension/lib/x/pages/people";

/** Return the client that drew this page, and whom it shows in the order of the page. */
export function readPage(): object {
  undoSaving();
  const adapter = chooseAdapter(document);
  const found = adapter
    ? findPeople(document.documentElement, adapter, pathOfSavedPage())
    : [];
  found.sort((one, other) =>
    one.person.anchor.compareDocumentPosition(other.person.anchor) &
    Node.DOCUMENT_POSITION_FOLLOWING
      ? -1
      : 1,
  );
  const people = found.map(({ block, person }) => ({
    surface: person.surface,
    handle: person.screenName,
    rest_id: person.restId,
    place: describe(placeFor(person.anchor, block)),
  }));
  return { client: adapter?.client ?? null, people };
}

// The Internet Archive leads every link into itself; a page opened from disk and saved again leads to the disk.
const MOVED =
  /^(?:https?:\/\/web\.archive\.org)?\/web\/\d+[a-z_]*\/(?=https?:\/\/)|^file:\/\/(?:\/[A-Z]:)?(?=\/)/;

// Links lead where they led before the page was saved: on x.com itself, where the adapters work, they are never moved.
function undoSaving(): void {
  for (const link of document.querySelectorAll("[href]")) {
    const href = link.getAttribute("href") ?? "";
    if (MOVED.test(href)) link.setAttribute("href", href.replace(MOVED, ""));
  }
}

// A saved file has lost its address; X writes it into the page's head, and browsers and SingleFile into a comment.
function pathOfSavedPage(): string | null {
  const address =
    document.querySelector('link[rel="canonical"]')?.getAttribute("href") ??
    document
      .querySelector('meta[property="og:url"]')
      ?.getAttribute("content") ??
    /(?:saved from url=\(\d+\)|^ url: )(\S+)/m.exec(comments())?.[1];
  return address && URL.canParse(address, location.href)
    ? new URL(address, location.href).pathname
    : null;
}

function comments(): string {
  const near = [document.documentElement, document.head].flatMap(
    ({ childNodes }) => [...childNodes],
  );
  return [...document.childNodes, ...near]
    .map((node) => (node instanceof Comment ? node.data : ""))
    .join("\n");
}

function describe(element: Element): string {
  const parent = element.parentElement;
  const style = parent ? getComputedStyle(parent) : null;
  return `${element.localName} in ${style?.display ?? "nothing"} ${style?.flexDirection ?? ""}`.trim();
}
