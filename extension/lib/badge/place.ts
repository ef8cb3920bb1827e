// Where in X's rows a badge can stand without changing their height.

// An @name in a row has one wrapper between [saved pages: all]; more would be somebody else's row.
const MAX_WRAPPERS = 3;

/**
 * Give the element right behind which a badge belongs: `anchor`, or the wrapper around it that stands in a row.
 *
 * X wraps each text in columns that stand in rows (React Native lays everything out as flex columns); behind the text
 * itself a badge would start a second line. Only our own siblings are added, X's nodes are never moved or wrapped.
 */
export function placeFor(anchor: Element, block: Element): Element {
  let place = anchor;
  for (let wrappers = 0; wrappers < MAX_WRAPPERS; wrappers++) {
    const parent = place.parentElement;
    if (!parent || parent === block) break;
    if (!isColumn(parent)) return place;
    place = parent;
  }
  return anchor;
}

function isColumn(element: Element): boolean {
  const { display, flexDirection } = getComputedStyle(element);
  return display.endsWith("flex") && flexDirection.startsWith("column");
}
