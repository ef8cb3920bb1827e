// People on the pages of X's new client ("x-web").
import { idFromSchema, isSameName, nameOfPathPart, nameOfProfileLink, nameShownBy, pathOfLink } from "./names";
import type { Adapter, Person, Surface } from "./people";
import { NEW } from "./selectors";

// A profile's header is little text; what is not found in so many nodes is not there.
const MAX_HEADER_NODES = 2000;

export const newClient: Adapter = {
  client: "new",
  blocks: [NEW.entry, NEW.repostLine, NEW.hoverCard, NEW.main].join(),
  attributes: [NEW.entryLink, "href", "alt"],
  isHere: (document) => document.querySelector(NEW.root) !== null,
  read(block, path) {
    if (block.matches(NEW.main)) return readProfile(block, path);
    if (block.matches(NEW.repostLine)) return readReposter(block);
    if (block.matches(NEW.hoverCard)) return readLinked(block, "hover", nameOfAvatar(block));
    return block.querySelector(NEW.post) ? readPost(block) : readRow(block);
  },
};

function readPost(entry: Element): Person | null {
  const surface = entry.parentElement?.closest(NEW.entry) ? "quote" : "tweet";
  const href = entry.getAttribute(NEW.entryLink);
  // The post that a page is about has no link to itself: there its author's picture tells.
  return readLinked(entry, surface, href === null ? nameOfAvatar(entry) : (nameOfPathPart(pathOfLink(href)[0]) ?? null));
}

// The link's text is a display name: only where it leads counts.
function readReposter(line: Element): Person | null {
  const anchor = line.querySelector(NEW.profileLink);
  const screenName = nameOfProfileLink(anchor?.getAttribute("href") ?? null);
  return anchor && screenName ? { surface: "reposter", screenName, restId: null, anchor } : null;
}

function readRow(entry: Element): Person | null {
  const screenName = nameOfProfileLink(entry.getAttribute(NEW.entryLink));
  if (!screenName) return null;
  return readLinked(entry, "cell", screenName) ?? readShown(entry, "cell", screenName);
}

// The @name is the link whose whole text is the name it leads to; a display name that looks like one leads elsewhere.
function readLinked(block: Element, surface: Surface, screenName: string | null): Person | null {
  for (const link of block.querySelectorAll(NEW.profileLink)) {
    if (!isSameName(nameShownBy(link), screenName) || !isOwn(link, block)) continue;
    const leadsTo = nameOfProfileLink(link.getAttribute("href"));
    if (leadsTo && isSameName(leadsTo, screenName)) return { surface, screenName: leadsTo, restId: null, anchor: link };
  }
  return null;
}

function readProfile(main: Element, path: string | null): Person | null {
  const screenName = nameOfPathPart(path?.split("/").find(Boolean));
  const person = screenName ? readShown(main, "profile", screenName) : null;
  if (!person) return null;
  const schemas = main.ownerDocument.querySelectorAll(NEW.profileSchema);
  return { ...person, restId: idFromSchema(schemas, person.screenName) };
}

// Where the @name is plain text, its place is the text that equals the name which the page's address or the row's link gives.
function readShown(block: Element, surface: Surface, screenName: string): Person | null {
  const walker = block.ownerDocument.createTreeWalker(block, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches(`${NEW.entry}, ${NEW.writing}, ${NEW.hoverCard}`)
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  );
  for (let count = 0; count < MAX_HEADER_NODES && walker.nextNode(); count++) {
    const anchor = walker.currentNode instanceof Text ? walker.currentNode.parentElement : null;
    if (anchor && isSameName(nameShownBy(anchor), screenName)) return { surface, screenName, restId: null, anchor };
  }
  return null;
}

function nameOfAvatar(block: Element): string | null {
  for (const picture of block.querySelectorAll(NEW.avatar)) {
    const name = isOwn(picture, block) ? nameOfPathPart(picture.getAttribute("alt")?.slice(1)) : null;
    if (name && isSameName(nameOfProfileLink(picture.closest("a")?.getAttribute("href") ?? null), name)) return name;
  }
  return null;
}

// Not in a quoted post inside, and not in what somebody wrote.
function isOwn(element: Element, block: Element): boolean {
  const writing = element.closest(NEW.writing);
  if (writing && writing !== block && block.contains(writing)) return false;
  const entry = element.closest(NEW.entry);
  return !entry || entry === block || !block.contains(entry);
}
