// Where in X's rows a badge can stand without changing their height, and on phones without taking room from them.
import type { Surface } from "../pages/people";

// An @name in a row has one wrapper between [saved pages: all]; more would be another row.
const MAX_WRAPPERS = 3;
// Shapes remembered; X's pages have a handful.
const MAX_SHAPES = 100;

// Times in a row that a guess has to be right before its shape is no longer proved: computed styles are dear.
const PROOFS = 20;

/** How many wrappers around an @name are columns, for one shape of them; null where that is not the same everywhere. */
interface Shape {
  readonly columns: number | null;
  readonly proofs: number;
}

const known = new Map<string, Shape>();

/**
 * Return the element right behind which a badge belongs: `anchor`, or the wrapper around it that stands in a row.
 *
 * X wraps each text in columns that stand in rows (React Native lays everything out as flex columns); behind the text
 * itself a badge would start a second line. Only our own siblings are added, X's nodes are never moved or wrapped.
 * Asks for computed styles, which is dear while the page has rows that were not laid out yet.
 */
export function placeFor(anchor: Element, block: Element): Element {
  const wrappers = wrappersOf(anchor, block);
  const row = wrappers.findIndex((wrapper) => !isColumn(wrapper));
  const columns = Math.max(row, 0); // no row at all: behind the text itself
  remember(shapeOf(wrappers), columns);
  return wrappers[columns - 1] ?? anchor;
}

/** Guess the same from what was so for wrappers of this shape; null where nothing is known. `isProved`: `placeFor` need not be asked. */
export function guessPlace(anchor: Element, block: Element): { place: Element; isProved: boolean } | null {
  const wrappers = wrappersOf(anchor, block);
  const { columns, proofs } = known.get(shapeOf(wrappers)) ?? { columns: null, proofs: 0 };
  if (columns === null) return null;
  return { place: wrappers[columns - 1] ?? anchor, isProved: proofs >= PROOFS };
}

/** Prove all shapes again: the window has another size, so the page's rows may have other styles. */
export function forgetProofs(): void {
  for (const [shape, { columns }] of known) known.set(shape, { columns, proofs: 0 });
}

/** What a badge covers on a phone: the dot behind the @name, or the end of the @name. */
export type Line = "dot" | "end";

// Where the @name shares its line with the display name, and with the time behind a dot.
const SHARED_LINES: ReadonlySet<Surface> = new Set<Surface>(["tweet", "quote"]);

/** Return what a badge covers on a phone, `next` being the element behind it; null where its line has room. */
export function lineFor(surface: Surface, next: Element | null): Line | null {
  if (!SHARED_LINES.has(surface)) return null;
  return next?.getAttribute("aria-hidden") === "true" && next.textContent === "·" ? "dot" : "end";
}

const gaps = new Map<string, string>(); // by the class of the row

/** Return the gap that a row puts between its children, as CSS: a badge that takes no room has to take it back. */
export function gapOf(row: Element): string {
  const name = row.getAttribute("class") ?? "";
  const known = gaps.get(name) ?? lengthOf(getComputedStyle(row).columnGap);
  if (gaps.size >= MAX_SHAPES) gaps.clear();
  gaps.set(name, known);
  return known;
}

function lengthOf(gap: string): string {
  return gap.endsWith("px") ? gap : "0px"; // "normal" is none in a row
}

function wrappersOf(anchor: Element, block: Element): Element[] {
  const wrappers: Element[] = [];
  for (
    let parent = anchor.parentElement;
    parent && parent !== block && wrappers.length < MAX_WRAPPERS;
    parent = parent.parentElement
  ) {
    wrappers.push(parent);
  }
  return wrappers;
}

function shapeOf(wrappers: readonly Element[]): string {
  return wrappers
    .map((one) => `${one.localName} ${one.getAttribute("class") ?? ""} ${one.getAttribute("style") ?? ""}`)
    .join("\n");
}

function remember(shape: string, columns: number): void {
  if (known.size >= MAX_SHAPES) known.clear();
  const before = known.get(shape) ?? { columns, proofs: 0 };
  const isSame = before.columns === columns;
  known.set(shape, isSame ? { columns, proofs: before.proofs + 1 } : { columns: null, proofs: 0 });
}

function isColumn(element: Element): boolean {
  const { display, flexDirection } = getComputedStyle(element);
  return display.endsWith("flex") && flexDirection.startsWith("column");
}
