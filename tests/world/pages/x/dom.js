// Makes DOM nodes; texts are never read as HTML, as in React.

/** Make an element from its name, attributes (null: left out) and children. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Change a text in place, as React does: the text node stays, its value changes. */
export function setText(element, text) {
  const node = [...element.childNodes].find(
    (child) => child.nodeType === Node.TEXT_NODE,
  );
  if (node) node.nodeValue = text;
  else element.prepend(text);
}
