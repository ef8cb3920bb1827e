// Makes DOM nodes from names, attributes and texts; a text is never read as HTML.

type Attributes = Readonly<Record<string, string | null>>;

/** Make an element; attributes that are null are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Make an SVG element. */
export function makeSvg(name: string, attributes: Attributes, ...children: Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null) element.setAttribute(name, value);
}

const sheets = new Map<string, CSSStyleSheet>();

/** Add a style to a shadow root: parsed once for all of them where the browser lets content scripts share a sheet. */
export function addStyle(root: ShadowRoot, css: string): void {
  try {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheetOf(css)];
  } catch {
    root.append(make("style", {}, css)); // Firefox: https://bugzilla.mozilla.org/show_bug.cgi?id=1751346
  }
}

function sheetOf(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(css, sheet);
  return sheet;
}
