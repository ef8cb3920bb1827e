// The badges that stand in a page, by the block that names their person; those taken out are kept and used again.
import type { BadgeMark } from "../../messages/views";
import type { Person } from "../pages/people";
import { nameOf } from "./ask-marks";
import { Badge, BADGE_ATTRIBUTE, type BadgeServices } from "./badge";
import { lineFor, placeFor } from "./place";
import type { Theme } from "./theme";

/** A badge in the page, right behind `place`: the element `anchor` that shows the @name, or a wrapper of it. */
interface Placed {
  readonly badge: Badge;
  readonly anchor: Element;
  readonly place: Element;
}

/** What a block should have: a badge about `person` behind `place`, with `mark` or with what it has "shown" so far. */
export interface Wanted {
  readonly person: Person;
  readonly mark: BadgeMark | "shown";
  readonly place: Element;
}

// A virtual list needs as many badges as it lets go of, and making one is slow; X's lists have up to 24 cells.
const MAX_SPARE = 40;

export class ShownBadges {
  readonly #placed = new Map<Element, Placed>();
  readonly #hosts = new Set<Element>(); // of `#placed`
  readonly #rows = new WeakSet<Node>(); // parents of badges; some may be so no longer
  readonly #spare: Badge[] = [];
  #theme: Theme;

  constructor(
    private readonly services: BadgeServices,
    theme: Theme,
  ) {
    this.#theme = theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    for (const { badge } of this.#placed.values()) badge.theme = theme;
  }

  /** Return the @name that the badge of a block is about; undefined where it has none. */
  aboutOf(block: Element): string | null | undefined {
    return this.#placed.get(block)?.badge.screenName;
  }

  /** Set the badge of a block, or remove it. */
  set(block: Element, wanted: Wanted | null): void {
    if (wanted) this.#put(block, wanted);
    else this.#take(block);
  }

  /** Show news of the person whose badge a block has; returns false where it has none, or it was moved. */
  update(block: Element, person: Person, mark: BadgeMark): boolean {
    const there = this.#placed.get(block);
    if (there?.badge.screenName !== person.screenName || there.badge.host.previousSibling !== there.place)
      return false;
    there.badge.show(nameOf(person), mark);
    return true;
  }

  /** Remove the badges of blocks that left the page. */
  sweep(): void {
    for (const block of this.#placed.keys()) if (!block.isConnected) this.#take(block);
  }

  /** Return whether a change of this node's children may have moved a badge. */
  isRow(node: Node): boolean {
    return this.#rows.has(node);
  }

  /**
   * Return the blocks whose badge no longer stands where it was put: a change outside of a block may do that (a reposter's
   * badge stands beside its block).
   */
  moved(): Element[] {
    return [...this.#placed]
      .filter(([, { badge, place }]) => badge.host.previousSibling !== place)
      .map(([block]) => block);
  }

  /** Return whether a block's badge stands where the computed styles say. */
  isInPlace(block: Element): boolean {
    const there = this.#placed.get(block);
    return !there?.anchor.isConnected || placeFor(there.anchor, block) === there.place;
  }

  /** Remove nodes of ours that no block owns: of an earlier version of this script, or copied by the page. */
  removeStrays(around: Element): void {
    for (const host of around.querySelectorAll(`[${BADGE_ATTRIBUTE}]`))
      if (!this.#hosts.has(host)) host.remove();
  }

  clear(): void {
    for (const block of [...this.#placed.keys()]) this.#take(block);
    this.#spare.length = 0;
  }

  #put(block: Element, { person, mark, place }: Wanted): void {
    const badge = this.#placed.get(block)?.badge ?? this.#spare.pop() ?? new Badge(this.services);
    badge.theme = this.#theme;
    if (mark !== "shown") badge.show(nameOf(person), mark); // a badge holds none of the page's nodes
    if (badge.host.previousSibling !== place) place.after(badge.host);
    badge.line = lineFor(person.surface, badge.host.nextElementSibling);
    this.#placed.set(block, { badge, anchor: person.anchor, place });
    this.#hosts.add(badge.host);
    if (!place.parentElement) return;
    this.#rows.add(place.parentElement);
    this.removeStrays(place.parentElement);
  }

  #take(block: Element): void {
    const badge = this.#placed.get(block)?.badge;
    if (!badge) return;
    badge.remove();
    this.#hosts.delete(badge.host);
    this.#placed.delete(block);
    if (this.#spare.length < MAX_SPARE) this.#spare.push(badge);
  }
}
