// A page as X may draw it tomorrow: the same people with pictures and links, under new names.
import { h } from "./dom.js";
import { PEOPLE } from "./people.js";

function makePerson({ screen_name, display_name }) {
  const link = (...content) => h("a", { href: `/${screen_name}` }, ...content);
  return h(
    "div",
    { "data-part": "person" },
    link(h("img", { alt: "", width: "40", height: "40" })),
    link(display_name),
    h("span", {}, `@${screen_name}`),
  );
}

/** Draw everybody, once and for all. */
export function drawUnknown() {
  document.body.append(
    h("div", { id: "react-root" }, h("main", {}, ...PEOPLE.map(makePerson))),
  );
}
