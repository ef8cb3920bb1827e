// Whether X is light or dark now: told by how bright the page's background is, so that new themes need no table.

export type Theme = "light" | "dark";

const HALF = 127.5;

/** Return the theme of a page: its body's background, else its root's, else what the root says of its colour scheme. */
export function themeOf(document: Document): Theme {
  for (const element of [document.body, document.documentElement]) {
    const colour = parseColour(getComputedStyle(element).backgroundColor);
    if (colour) return isDark(colour) ? "dark" : "light";
  }
  return getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "dark" : "light";
}

/** Read `rgb(…)` or `rgba(…)` as browsers compute it; null for a colour one sees through. */
export function parseColour(text: string): [number, number, number] | null {
  const [red, green, blue, alpha = 1] = (/^rgba?\((.*)\)$/.exec(text)?.[1] ?? "")
    .split(/[\s,/]+/)
    .map(Number);
  if (red === undefined || green === undefined || blue === undefined || !(alpha > 0)) return null;
  return [red, green, blue];
}

// The weights of sRGB luminance, without gamma, since one threshold is enough: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function isDark([red, green, blue]: [number, number, number]): boolean {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < HALF;
}

/** Call `changed` whenever the page's theme may be another. Gives the function that stops it. */
export function watchTheme(document: Document, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const filter = { attributes: true, attributeFilter: ["style", "class", "data-theme"] };
  observer.observe(document.documentElement, filter);
  observer.observe(document.body, filter);
  return () => {
    observer.disconnect();
  };
}
