// People on the pages of X's classic client ("responsive-web").
import { idFromSchema, isSameName, nameOfProfileLink, namesIn, nameShownBy, pathOfLink } from "./names";
import type { Adapter, Person, Surface } from "./people";
import { CLASSIC } from "./selectors";

const BLOCKS = [
  CLASSIC.nameLine,
  CLASSIC.profileName,
  CLASSIC.cell,
  CLASSIC.hoverCard,
  CLASSIC.socialContext,
].join();

export const classic: Adapter = {
  client: "classic",
  blocks: BLOCKS,
  attributes: ["data-testid", "href"],
  isHere: (document) =>
    document.querySelector(CLASSIC.root) !== null || document.querySelector(BLOCKS) !== null,
  read(block) {
    // A name line inside a person's cell or card belongs to that: one badge is enough.
    const around = block.parentElement?.closest(BLOCKS);
    if (holdsCells(block) || (around && !holdsCells(around))) return null;
    return block.matches(CLASSIC.socialContext) ? readReposter(block) : readNamed(block, surfaceOf(block));
  },
};

function holdsCells(block: Element): boolean {
  return block.matches(CLASSIC.hoverCard) && block.querySelector(CLASSIC.cell) !== null;
}

function surfaceOf(block: Element): Surface {
  if (block.matches(CLASSIC.profileName)) return "profile";
  if (block.matches(CLASSIC.cell)) return "cell";
  if (block.matches(CLASSIC.hoverCard)) return "hover";
  return block.closest(CLASSIC.card)?.closest(CLASSIC.tweet) ? "quote" : "tweet";
}

function readNamed(block: Element, surface: Surface): Person | null {
  if (surface === "hover" && !block.querySelector(CLASSIC.avatar)) return null;
  return (
    readFrom(block.querySelectorAll(CLASSIC.handle), block, surface) ??
    readFrom(block.querySelectorAll(CLASSIC.link), block, surface)
  );
}

function readFrom(anchors: Iterable<Element>, block: Element, surface: Surface): Person | null {
  for (const anchor of anchors) {
    const screenName = nameShownBy(anchor);
    if (screenName && !isWriting(anchor, block) && agrees(anchor, screenName)) {
      return { surface, screenName, restId: restIdOf(block, surface, screenName), anchor };
    }
  }
  return null;
}

function readReposter(block: Element): Person | null {
  const anchor = block.closest("a");
  const screenName = nameOfProfileLink(anchor?.getAttribute("href") ?? null);
  return anchor && screenName ? { surface: "reposter", screenName, restId: null, anchor } : null;
}

function isWriting(anchor: Element, block: Element): boolean {
  const writing = anchor.closest(CLASSIC.writing);
  return writing !== null && block.contains(writing);
}

// Quotes and profile headers show the @name without a link; where there is one it has to lead to the same person.
function agrees(anchor: Element, screenName: string): boolean {
  return anchor.localName !== "a" || isSameName(nameOfProfileLink(anchor.getAttribute("href")), screenName);
}

function restIdOf(block: Element, surface: Surface, screenName: string): string | null {
  if (surface === "quote") return null;
  if (surface === "tweet") return idFromButton(block.closest(CLASSIC.tweet), block, screenName);
  if (surface === "profile") return idOfProfile(block, screenName);
  // In a saved page a cell's follow button stands behind the cell: a <button> cannot be read back inside a <button>.
  return idFromButton(block, block, screenName) ?? idFromButton(block.parentElement, block, screenName);
}

function idOfProfile(block: Element, screenName: string): string | null {
  const main = block.closest(CLASSIC.main) ?? block.ownerDocument.body;
  return (
    idFromSchema(block.ownerDocument, screenName) ??
    idFromButton(main, block, screenName) ??
    idFromBanner(main, screenName)
  );
}

function idFromButton(around: Element | null, block: Element, screenName: string): string | null {
  for (const button of around?.querySelectorAll(CLASSIC.followButton) ?? []) {
    const id = CLASSIC.followTestId.exec(button.getAttribute("data-testid") ?? "")?.[1];
    if (id && isFor(button, block, screenName)) return id;
  }
  return null;
}

// A button names its person; one without a name can only be for the person of the block around it.
function isFor(button: Element, block: Element, screenName: string): boolean {
  const names = namesIn(button.getAttribute("aria-label"));
  return names.length === 0 ? block.contains(button) : names.some((name) => isSameName(name, screenName));
}

function idFromBanner(main: Element, screenName: string): string | null {
  const picture = main.querySelector(CLASSIC.banner);
  const [name] = pathOfLink(picture?.closest("a")?.getAttribute("href") ?? null);
  if (!isSameName(name ?? null, screenName)) return null;
  return CLASSIC.bannerAddress.exec(picture?.getAttribute("src") ?? "")?.[1] ?? null;
}
