// The parts of the classic client re-enacted: their nesting and test ids; people are invented. What is done with them: classic-pages.js.
// Structure: what docs/x-pages.md says of it. Each make… has a show… that puts another person into the same nodes, as React does.
import { h, setText } from "./dom.js";
import { namesIn, note } from "./shown.js";

/** Make an avatar; a link where X has one. */
function makeAvatar(person, isLink) {
  const attributes = isLink
    ? {
        href: `/${person.screen_name}`,
        "aria-hidden": "true",
        role: "link",
        tabindex: "-1",
      }
    : { role: "presentation" };
  const picture = h(
    "div",
    { class: isLink ? "avatar" : "avatar small" },
    h("img", { alt: "", draggable: "false" }),
  );
  return h(
    "div",
    { "data-testid": `UserAvatar-Container-${person.screen_name}` },
    h(isLink ? "a" : "div", attributes, picture),
  );
}

function showAvatar(around, person) {
  const avatar = around.querySelector("[data-testid^=UserAvatar-Container]");
  avatar.setAttribute(
    "data-testid",
    `UserAvatar-Container-${person.screen_name}`,
  );
  avatar.querySelector("a")?.setAttribute("href", `/${person.screen_name}`);
}

function displayName(person) {
  return h(
    "div",
    { dir: "ltr", class: "bold" },
    h("span", {}, h("span", {}, person.display_name)),
  );
}

function shownName(person, surface) {
  return note(
    h(
      "div",
      { dir: "ltr", class: "quiet" },
      h("span", {}, `@${person.screen_name}`),
    ),
    person,
    surface,
  );
}

/** The two halves of a name: as links in posts and cells, as plain boxes in quotes. */
function makeNames(person, surface) {
  const isLink = surface !== "quote";
  const link = (attributes) =>
    isLink
      ? { ...attributes, href: `/${person.screen_name}`, role: "link" }
      : attributes;
  const tag = isLink ? "a" : "div";
  return [
    h(tag, link({ class: "shrink" }), displayName(person)),
    h(tag, link({ tabindex: "-1" }), shownName(person, surface)),
  ];
}

/** Make the line of names in a post or a quote. */
function makeNameLine(person, surface) {
  const [name, handle] = makeNames(person, surface);
  const time = h("time", { datetime: "2026-03-01T10:00:00.000Z" }, "2h");
  const link =
    surface === "post"
      ? h("a", { href: `/${person.screen_name}/status/1`, role: "link" }, time)
      : time;
  const second = h(
    "div",
    { class: "row shrink" },
    h("div", {}, handle),
    h("div", { dir: "ltr", "aria-hidden": "true", class: "quiet dot" }, "·"),
    h("div", { class: "row fixed" }, link),
  );
  return h(
    "div",
    { "data-testid": "User-Name", class: "row clip" },
    h("div", { class: "shrink" }, h("div", { class: "row" }, name)),
    h("div", { class: "row shrink second" }, second),
  );
}

/** Show another person in the nodes of a name line, a cell or a header. */
function showNames(block, person) {
  const [name] = namesIn(block);
  setText(block.querySelector(".bold span span"), person.display_name);
  setText(note(name, person).firstChild, `@${person.screen_name}`);
  for (const link of block.querySelectorAll("a[href]")) {
    if (!link.closest(".bio"))
      link.setAttribute(
        "href",
        link.querySelector("time")
          ? `/${person.screen_name}/status/1`
          : `/${person.screen_name}`,
      );
  }
}

function followButton(person) {
  return h(
    "button",
    {
      "data-testid": `${person.rest_id}-follow`,
      "aria-label": `Follow @${person.screen_name}`,
      type: "button",
      class: "pill",
    },
    "Follow",
  );
}

function showFollowButton(around, person) {
  const follow = around.querySelector(".pill");
  follow.setAttribute("data-testid", `${person.rest_id}-follow`);
  follow.setAttribute("aria-label", `Follow @${person.screen_name}`);
}

/** Make a post; `quoted` stands in a card inside it, `reposter` above it. In narrow windows X adds a Follow button. */
export function makePost(
  author,
  { quoted = null, reposter = null, text = "A post.", isNarrow = false } = {},
) {
  const tools = h(
    "div",
    { class: "row pill tools" },
    ...(isNarrow ? [followButton(author)] : []),
    h("button", { "aria-label": "Grok" }, "◇"),
    h("button", { "data-testid": "caret" }, "…"),
  );
  const header = h(
    "div",
    { class: "row header" },
    h("div", { class: "grow clip row" }, makeNameLine(author, "post")),
    tools,
  );
  const body = h(
    "div",
    { "data-testid": "tweetText", dir: "auto", lang: "en" },
    text,
    " ",
    h(
      "a",
      { href: "/someone_mentioned", role: "link", class: "text" },
      "@someone_mentioned",
    ),
  );
  const column = h(
    "div",
    { class: "grow" },
    header,
    body,
    ...(quoted ? [makeQuote(quoted)] : []),
    h(
      "div",
      { role: "group", class: "row" },
      h("button", { "data-testid": "reply" }, "0"),
      h("button", { "data-testid": "like" }, "0"),
    ),
  );
  const content = h(
    "div",
    { class: "row" },
    h("div", { "data-testid": "Tweet-User-Avatar" }, makeAvatar(author, true)),
    column,
  );
  return h(
    "article",
    { "data-testid": "tweet", role: "article", tabindex: "0" },
    ...(reposter ? [makeReposter(reposter)] : []),
    content,
  );
}

/** Show another author in the nodes of a post. */
export function showAuthor(article, person) {
  showAvatar(article, person);
  showNames(article.querySelector(".header [data-testid=User-Name]"), person);
}

function makeQuote(person) {
  const line = h(
    "div",
    { class: "row" },
    h("div", { "data-testid": "Tweet-User-Avatar" }, makeAvatar(person, false)),
    makeNameLine(person, "quote"),
  );
  const card = h(
    "div",
    { role: "link", tabindex: "0", class: "quote" },
    line,
    h(
      "div",
      { "data-testid": "tweetText", dir: "auto", lang: "en" },
      "A quoted post.",
    ),
  );
  return h(
    "div",
    { "aria-labelledby": "quote" },
    h("div", { dir: "ltr", hidden: "" }, "Quote"),
    card,
  );
}

/** Show another author in the nodes of a quote. */
export function showQuoted(card, person) {
  showAvatar(card, person);
  showNames(card.querySelector("[data-testid=User-Name]"), person);
}

function makeReposter(person) {
  const text = h(
    "span",
    { "data-testid": "socialContext" },
    `${person.display_name} reposted`,
  );
  const link = h(
    "a",
    {
      href: `/${person.screen_name}`,
      dir: "ltr",
      role: "link",
      class: "text quiet bold",
    },
    text,
  );
  return h("div", { class: "row context" }, note(link, person, "reposter"));
}

/** Show another reposter in the same link. */
export function showReposter(link, person) {
  note(link, person).setAttribute("href", `/${person.screen_name}`);
  setText(link.firstChild, `${person.display_name} reposted`);
}

/** Make a person's cell: a <button> in lists, an <li> in the side bar, before 2024 a <div>. */
export function makeCell(person, tag = "button") {
  const attributes = {
    button: { role: "button", type: "button" },
    li: { role: "listitem", tabindex: "0" },
    div: { role: "button", tabindex: "0" },
  }[tag];
  const [name, handle] = makeNames(person, "cell");
  const names = h(
    "div",
    { class: "clip" },
    h("div", {}, name),
    h("div", { class: "row" }, h("div", {}, handle)),
  );
  const bio =
    person.bio && tag !== "li"
      ? [h("div", { dir: "auto", class: "bio" }, person.bio)]
      : [];
  return h(
    tag,
    { "data-testid": "UserCell", ...attributes },
    h(
      "div",
      { class: "row" },
      makeAvatar(person, true),
      h(
        "div",
        { class: "grow" },
        h(
          "div",
          { class: "row" },
          h("div", { class: "grow" }, names),
          followButton(person),
        ),
        ...bio,
      ),
    ),
  );
}

/** Show another person in the nodes of a cell or a card. */
export function showCell(cell, person) {
  showAvatar(cell, person);
  showNames(cell, person);
  showFollowButton(cell, person);
  const bio = cell.querySelector(".bio");
  if (bio) setText(bio, person.bio);
}

/** Make a profile's header. */
export function makeProfile(person) {
  const handle = h(
    "div",
    { tabindex: "-1" },
    h("div", {}, shownName(person, "profile")),
  );
  const names = h(
    "div",
    { "data-testid": "UserName", class: "row" },
    h(
      "div",
      {},
      displayName(person),
      h(
        "div",
        { class: "row" },
        handle,
        h(
          "div",
          { dir: "ltr", "data-testid": "userFollowIndicator" },
          "Follows you",
        ),
      ),
    ),
  );
  return h(
    "div",
    { class: "profile" },
    h("div", { "data-testid": "placementTracking" }, followButton(person)),
    names,
    h(
      "div",
      { "data-testid": "UserDescription", dir: "auto", class: "bio" },
      person.bio,
    ),
  );
}

/** Show another person in the nodes of a profile's header. */
export function showProfile(header, person) {
  showNames(header.querySelector("[data-testid=UserName]"), person);
  showFollowButton(header, person);
  setText(header.querySelector(".bio"), person.bio);
}

/** Fill an open card with a person. */
export function fillCard(card, person) {
  const [name, handle] = makeNames(person, "hover");
  card.replaceChildren(
    makeAvatar(person, true),
    followButton(person),
    h("div", {}, name),
    h("div", { class: "row" }, h("div", {}, handle)),
    h("div", { dir: "auto", class: "bio" }, person.bio),
  );
}

/** One row of a list. */
export const makeRow = (content) =>
  h("div", { "data-testid": "cellInnerDiv" }, content);

/** X wraps a post's header anew, as when it adds its Follow button in narrow windows; the buttons stay the same nodes. */
export function wrapPost(article) {
  const tools = article.querySelector(".tools");
  const isWrapped = tools.querySelector(".row") !== null;
  const buttons = [...tools.querySelectorAll("button")];
  tools.replaceWith(
    h(
      "div",
      { class: "row pill tools" },
      ...(isWrapped
        ? buttons
        : buttons.map((button) => h("div", { class: "row" }, button))),
    ),
  );
  wrapName(article.querySelector('.header [tabindex="-1"]'));
}

/** X wraps a cell's second line anew. */
export function wrapCell(cell) {
  wrapName(cell.querySelector('a[tabindex="-1"]:not([aria-hidden])'));
  const names = cell.querySelector(".clip");
  names.replaceWith(h("div", { class: "clip" }, ...names.childNodes));
}

// One wrapper more or less around the @name, and a tick behind it: before whatever else stood there.
function wrapName(handle) {
  const row = handle.closest(".row");
  const isDeep = handle.parentElement.parentElement !== row;
  let outermost = handle;
  while (outermost.parentElement !== row) outermost = outermost.parentElement;
  row.querySelector(":scope > .tick")?.remove();
  const around = h("div", {}, ...(isDeep ? [] : [h("div", {})]));
  outermost.replaceWith(around, h("div", { dir: "ltr", class: "tick" }, "✓"));
  (around.firstChild ?? around).append(handle);
}
