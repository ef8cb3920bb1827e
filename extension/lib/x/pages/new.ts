// People on the pages of X's new client ("x-web").
import {
  idFromSchema,
  isSameName,
  nameOfPathPart,
  nameOfProfileLink,
  nameShownBy,
  pathOfLink,
} from "./names";
import type { Adapter, Person, Surface } from "./people";
import { NEW, NO_PROFILE } from "./selectors";

// Parts of a block that say nothing about its person: others' posts and cards, what people write, who reposted.
const APART = [NEW.entry, NEW.writing, NEW.hoverCard, NEW.repostLine].join();
// A header is little text; what is not found in so many nodes is not there.
const MAX_NODES = 2000;

export const newClient: Adapter = {
  client: "new",
  blocks: [NEW.entry, NEW.repostLine, NEW.hoverCard, NEW.main].join(),
  attributes: [NEW.entryLink, "href", "alt"],
  isHere: (document) => document.querySelector(NEW.root) !== null,
  read(block, path) {
    if (block.matches(NEW.main)) return readProfile(block, path);
    if (block.matches(NEW.repostLine)) return readReposter(block);
    if (block.matches(NEW.hoverCard)) return readNamed(block, "hover", nameOfPicture(block));
    return block.querySelector(NEW.post)
      ? readPost(block)
      : readNamed(block, "cell", nameOfProfileLink(hrefOf(block)));
  },
};

// What tells a post's author, the surest first: a repost's own link may lead to the reposter, a focused post has none.
const AUTHORS = [nameOfPicture, nameOfEntry, nameOfTime];

function readPost(entry: Element): Person | null {
  const surface = entry.parentElement?.closest(NEW.entry) ? "quote" : "tweet";
  for (const nameOf of AUTHORS) {
    const person = readNamed(entry, surface, nameOf(entry));
    if (person) return hrefOf(entry) === null ? identify(person) : person;
  }
  return null;
}

// The link's text is a display name: only where it leads counts.
function readReposter(line: Element): Person | null {
  const anchor = line.matches(NEW.profileLink) ? line : line.querySelector(NEW.profileLink);
  const screenName = nameOfProfileLink(anchor?.getAttribute("href") ?? null);
  return anchor && screenName ? { surface: "reposter", screenName, restId: null, anchor } : null;
}

function readProfile(main: Element, path: string | null): Person | null {
  const [name, tab] = path?.split("/").filter(Boolean) ?? [];
  if (NO_PROFILE.has(tab)) return null;
  const person = readText(main, "profile", nameOfPathPart(name));
  return person && identify(person);
}

function identify(person: Person): Person {
  return { ...person, restId: idFromSchema(person.anchor.ownerDocument, person.screenName) };
}

function readNamed(block: Element, surface: Surface, screenName: string | null): Person | null {
  return readLinked(block, surface, screenName) ?? readText(block, surface, screenName);
}

// The @name is the link whose whole text is the name it leads to; a display name that looks like one leads elsewhere.
function readLinked(block: Element, surface: Surface, screenName: string | null): Person | null {
  for (const link of block.querySelectorAll(NEW.profileLink)) {
    if (!isSameName(nameShownBy(link), screenName) || !isOwn(link, block)) continue;
    const leadsTo = nameOfProfileLink(link.getAttribute("href"));
    if (leadsTo && isSameName(leadsTo, screenName))
      return { surface, screenName: leadsTo, restId: null, anchor: link };
  }
  return null;
}

// Where the @name is plain text, its place is the text that equals the name which the page, the entry or the picture gives.
function readText(block: Element, surface: Surface, screenName: string | null): Person | null {
  if (screenName === null) return null;
  const walker = block.ownerDocument.createTreeWalker(
    block,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) =>
      node instanceof Element && node.matches(APART) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let count = 0; count < MAX_NODES && walker.nextNode(); count++) {
    const anchor = walker.currentNode instanceof Text ? walker.currentNode.parentElement : null;
    if (anchor && isSameName(nameShownBy(anchor), screenName))
      return { surface, screenName, restId: null, anchor };
  }
  return null;
}

function hrefOf(entry: Element): string | null {
  return entry.getAttribute(NEW.entryLink);
}

function nameOfEntry(entry: Element): string | null {
  return nameOfPathPart(pathOfLink(hrefOf(entry))[0]);
}

function nameOfTime(entry: Element): string | null {
  const link = [...entry.querySelectorAll(NEW.postLink)].find((one) => isOwn(one, entry));
  return nameOfPathPart(pathOfLink(link?.getAttribute("href") ?? null)[0]);
}

function nameOfPicture(block: Element): string | null {
  for (const picture of block.querySelectorAll(NEW.avatar)) {
    const name = isOwn(picture, block) ? nameOfPathPart(picture.getAttribute("alt")?.slice(1)) : null;
    const link = picture.closest("a");
    if (name && (!link || isSameName(nameOfProfileLink(link.getAttribute("href")), name))) return name;
  }
  return null;
}

// Not in a quoted post inside, not in what a person wrote, not in the line about who reposted.
function isOwn(element: Element, block: Element): boolean {
  const apart = element.closest(APART);
  return !apart || apart === block || !block.contains(apart);
}
