// People on the pages of X's classic client ("responsive-web").
import { idFromSchema, isSameName, mentions, nameOfProfileLink, nameShownBy } from "./names";
import type { Adapter, Person, Surface } from "./people";
import { CLASSIC } from "./selectors";

const BLOCKS = [CLASSIC.nameLine, CLASSIC.profileName, CLASSIC.cell, CLASSIC.hoverCard, CLASSIC.socialContext].join();

export const classic: Adapter = {
  client: "classic",
  blocks: BLOCKS,
  attributes: ["data-testid", "href"],
  isHere: (document) => document.querySelector(CLASSIC.root) !== null || document.querySelector(BLOCKS) !== null,
  read(block) {
    // A name line inside a person's cell or card belongs to that: one badge is enough.
    if (block.parentElement?.closest(BLOCKS)) return null;
    return block.matches(CLASSIC.socialContext) ? readReposter(block) : readNamed(block, surfaceOf(block));
  },
};

function surfaceOf(block: Element): Surface {
  if (block.matches(CLASSIC.profileName)) return "profile";
  if (block.matches(CLASSIC.cell)) return "cell";
  if (block.matches(CLASSIC.hoverCard)) return "hover";
  return block.closest(CLASSIC.card)?.closest(CLASSIC.tweet) ? "quote" : "tweet";
}

function readNamed(block: Element, surface: Surface): Person | null {
  if (surface === "hover" && !block.querySelector(CLASSIC.avatar)) return null;
  for (const anchor of block.querySelectorAll(CLASSIC.handle)) {
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
  if (surface === "profile") {
    const schemas = block.ownerDocument.querySelectorAll(CLASSIC.profileSchema);
    return idFromSchema(schemas, screenName) ?? idFromButton(block.closest(CLASSIC.main), screenName);
  }
  return idFromButton(block.closest(surface === "tweet" ? CLASSIC.tweet : CLASSIC.row) ?? block, screenName);
}

function idFromButton(around: Element | null, screenName: string): string | null {
  for (const button of around?.querySelectorAll(CLASSIC.followButton) ?? []) {
    const id = CLASSIC.followTestId.exec(button.getAttribute("data-testid") ?? "")?.[1];
    if (id && mentions(button.getAttribute("aria-label"), screenName)) return id;
  }
  return null;
}
