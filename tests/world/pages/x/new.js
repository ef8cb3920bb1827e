// The parts of the new client re-enacted ("x-web"): no test ids, entries with data-href, links and alt texts; people are invented.
// Structure: what docs/x-pages.md says of it. What is done with them: new-pages.js.
import { h, setText } from "./dom.js";
import { namesIn, note } from "./shown.js";

const makeAvatar = (person) =>
  h(
    "a",
    { class: "x-link", href: `/${person.screen_name}` },
    h(
      "div",
      { class: "avatar x-avatar" },
      h("img", {
        alt: `@${person.screen_name}`,
        draggable: "false",
        width: "1",
        height: "1",
      }),
    ),
  );

function makeNames(person, surface) {
  const name = h(
    "span",
    { class: "row name" },
    h(
      "a",
      { class: "x-link", href: `/${person.screen_name}` },
      h("div", { class: "bold" }, person.display_name),
    ),
  );
  const shown = note(
    h("span", { class: "quiet" }, `@${person.screen_name}`),
    person,
    surface,
  );
  const handle = h(
    "span",
    { class: "row" },
    h("a", { class: "x-link", href: `/${person.screen_name}` }, shown),
  );
  return h("div", { class: "row clip names" }, name, handle);
}

function makeBody(text) {
  return h(
    "div",
    { dir: "auto", class: "body" },
    h(
      "span",
      {},
      text,
      " ",
      h(
        "a",
        { href: "/someone_mentioned", class: "text" },
        "@someone_mentioned",
      ),
    ),
  );
}

const makeFollowButton = (person) =>
  h(
    "button",
    { "aria-label": `Follow @${person.screen_name}`, class: "pill" },
    "Follow",
  );

// On phones X's links to posts are absolute, and lead to its app's page in a store.
function postAddress(person, isPhone) {
  const path = `/${person.screen_name}/status/1`;
  return isPhone ? `https://m.x.com${path}?launch_app_store=true&ct=x` : path;
}

/** Make a post; `quoted` is a post inside it; `reposter` wraps it in another article. The page's own post has no link. */
export function makePost(
  author,
  {
    quoted = null,
    reposter = null,
    isFocused = false,
    isPhone = false,
    isQuote = false,
    text = "A post.",
  } = {},
) {
  const href = postAddress(author, isPhone);
  const time = h(
    "span",
    { class: "fixed" },
    h("a", { "data-base-ui-tooltip-trigger": "", href }, "2h"),
  );
  const header = h(
    "div",
    { class: "row start" },
    h(
      "div",
      { class: "grow row clip" },
      makeNames(author, isQuote ? "quote" : "post"),
      time,
    ),
    h("button", { "data-slot": "xds-menu-trigger" }, "…"),
  );
  const inner = quoted ? [makePost(quoted, { isPhone, isQuote: true })] : [];
  const body = h(
    "div",
    { class: "row" },
    makeAvatar(author),
    h(
      "div",
      { class: "grow" },
      header,
      makeBody(text),
      ...inner,
      h("div", { "data-engagement-action": "reply" }, h("button", {}, "↩")),
    ),
  );
  const article = h("article", {}, body);
  const link = isFocused
    ? { tabindex: "-1" }
    : { "data-href": href, role: "link", tabindex: "0" };
  return h(
    "div",
    { "data-timeline-entry": "", class: "entry", ...link },
    reposter ? h("article", {}, makeReposter(reposter), article) : article,
  );
}

function makeReposter(person) {
  const link = h(
    "a",
    { href: `/${person.screen_name}`, class: "text" },
    h("span", {}, person.display_name),
    " reposted",
  );
  return h("div", { class: "row quiet" }, note(link, person, "reposter"));
}

/** Show another reposter in the same link. */
export function showReposter(link, person) {
  note(link, person).setAttribute("href", `/${person.screen_name}`);
  setText(link.firstChild, person.display_name);
}

/** Make a person's row: an entry without an article. */
export function makeRow(person) {
  const bio = person.bio
    ? [h("div", { dir: "auto", class: "body bio" }, person.bio)]
    : [];
  const content = h(
    "div",
    { class: "row" },
    makeAvatar(person),
    h("div", { class: "grow clip" }, makeNames(person, "cell"), ...bio),
    makeFollowButton(person),
  );
  return h(
    "div",
    {
      "data-timeline-entry": "",
      "data-href": `/${person.screen_name}`,
      role: "link",
      tabindex: "0",
      class: "entry",
    },
    content,
  );
}

/** Show another person in the nodes of a post or a row. */
export function showEntry(entry, person) {
  const time = entry.querySelector("[data-base-ui-tooltip-trigger]");
  const isPhone = time?.getAttribute("href").startsWith("https:");
  const address = time
    ? postAddress(person, isPhone)
    : `/${person.screen_name}`;
  time?.setAttribute("href", address);
  if (entry.hasAttribute("data-href")) entry.setAttribute("data-href", address);
  showNames(entry, person);
}

/** Fill an open card with a person. */
export function fillCard(card, person) {
  card.replaceChildren(
    makeAvatar(person),
    makeNames(person, "hover"),
    makeFollowButton(person),
    h("div", { dir: "auto", class: "bio" }, person.bio),
  );
}

/** Show another person in the nodes of an entry or a card. */
export function showNames(block, person) {
  const picture = block.querySelector("img");
  picture.alt = `@${person.screen_name}`;
  const [name, handle] = [
    block.querySelector(".names .bold"),
    namesIn(block.querySelector(".names"))[0],
  ];
  setText(name, person.display_name);
  setText(note(handle, person), `@${person.screen_name}`);
  for (const link of [name, handle, picture].map((one) => one.closest("a")))
    link.setAttribute("href", `/${person.screen_name}`);
  block
    .querySelector(".pill")
    ?.setAttribute("aria-label", `Follow @${person.screen_name}`);
}

/** Make a profile's header: the @name is plain text there. */
export function makeProfile(person) {
  const handle = note(
    h("span", { class: "quiet handle" }, `@${person.screen_name}`),
    person,
    "profile",
  );
  const bio = h(
    "div",
    { dir: "auto", class: "body" },
    person.bio,
    " ",
    h("span", {}, "@someone_mentioned"),
  );
  return h(
    "div",
    { class: "header" },
    h("h1", {}, person.display_name),
    h("div", { class: "row" }, handle),
    bio,
  );
}

/** Show another person in the nodes of a profile's header. */
export function showProfile(header, person) {
  setText(header.querySelector("h1"), person.display_name);
  setText(
    note(header.querySelector(".handle"), person),
    `@${person.screen_name}`,
  );
}

/** X wraps a name's row anew. */
export function wrapNames(names) {
  names.replaceWith(
    h(
      "div",
      { class: "row clip names" },
      ...[...names.children].map((child) =>
        h("span", { class: "row" }, ...child.childNodes),
      ),
    ),
  );
}
