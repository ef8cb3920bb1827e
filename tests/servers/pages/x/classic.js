// The classic client re-enacted: its nesting, its test ids and what it does with its nodes; people are invented.
// Structure: what docs/x-pages.md says of it. Each make… has an update… that reuses the nodes, as React does.
import { h, setText } from "./dom.js";
import { byName, mixed, PEOPLE } from "./people.js";

const ROW_HEIGHT = 72;

/** Make an avatar; a link where X has one. */
function makeAvatar(person, isLink) {
  const attributes = isLink ? { href: `/${person.screen_name}`, "aria-hidden": "true", role: "link", tabindex: "-1" } : { role: "presentation" };
  const inner = h(isLink ? "a" : "div", attributes, h("div", { class: isLink ? "avatar" : "avatar small" }));
  return h("div", { "data-testid": `UserAvatar-Container-${person.screen_name}` }, inner);
}

function displayName(person) {
  return h("div", { dir: "ltr", class: "bold" }, h("span", {}, h("span", {}, person.display_name)));
}

function shownName(person) {
  return h("div", { dir: "ltr", class: "quiet" }, h("span", {}, `@${person.screen_name}`));
}

/** The two halves of a name: as links in tweets and cells, as plain boxes in quotes. */
function makeNames(person, isLink) {
  const link = (attributes) => (isLink ? { ...attributes, href: `/${person.screen_name}`, role: "link" } : attributes);
  const tag = isLink ? "a" : "div";
  return [h(tag, link({ class: "shrink" }), displayName(person)), h(tag, link({ tabindex: "-1" }), shownName(person))];
}

/** Make the line of names in a tweet or a quote. */
function makeNameLine(person, { isLink = true } = {}) {
  const [name, handle] = makeNames(person, isLink);
  const time = h("time", { datetime: "2026-03-01T10:00:00.000Z" }, "2h");
  const second = h("div", { class: "row fixed" }, h("div", {}, handle), h("div", { dir: "ltr", "aria-hidden": "true", class: "quiet" }, "·"), h("div", {}, isLink ? h("a", { href: `/${person.screen_name}/status/1`, role: "link" }, time) : time));
  return h("div", { "data-testid": "User-Name", class: "row clip" }, h("div", { class: "shrink" }, h("div", { class: "row" }, name)), h("div", { class: "row fixed" }, second));
}

function updateNames(block, person) {
  const [name, handle] = [block.querySelector(".bold span span"), block.querySelector(".quiet span")];
  setText(name, person.display_name);
  setText(handle, `@${person.screen_name}`);
  for (const link of block.querySelectorAll("a[href]")) {
    link.setAttribute("href", link.querySelector("time") ? `/${person.screen_name}/status/1` : `/${person.screen_name}`);
  }
}

/** Make a tweet; `quoted` stands in a card inside it, `reposter` above it. */
export function makeTweet(author, { quoted = null, reposter = null, text = "A post." } = {}) {
  const context = reposter
    ? [h("div", { class: "row context" }, h("a", { href: `/${reposter.screen_name}`, dir: "ltr", role: "link", class: "text quiet bold" }, h("span", { "data-testid": "socialContext" }, `${reposter.display_name} reposted`)))]
    : [];
  const header = h("div", { class: "row header" }, h("div", { class: "grow clip row" }, makeNameLine(author)), h("div", { class: "row pill tools" }, h("button", { "aria-label": "Grok" }, "◇"), h("button", { "data-testid": "caret" }, "…")));
  const body = h("div", { "data-testid": "tweetText", dir: "auto", lang: "en" }, text, " ", h("a", { href: "/someone_mentioned", role: "link", class: "text" }, "@someone_mentioned"));
  const column = h("div", { class: "grow" }, header, body, ...(quoted ? [makeQuote(quoted)] : []), h("div", { role: "group", class: "row" }, h("button", { "data-testid": "reply" }, "0"), h("button", { "data-testid": "like" }, "0")));
  const article = h("article", { "data-testid": "tweet", role: "article", tabindex: "0" }, ...context, h("div", { class: "row" }, h("div", { "data-testid": "Tweet-User-Avatar" }, makeAvatar(author, true)), column));
  return article;
}

function makeQuote(person) {
  const line = h("div", { class: "row" }, h("div", { "data-testid": "Tweet-User-Avatar" }, makeAvatar(person, false)), makeNameLine(person, { isLink: false }));
  const card = h("div", { role: "link", tabindex: "0", class: "quote" }, line, h("div", { "data-testid": "tweetText", dir: "auto", lang: "en" }, "A quoted post."));
  return h("div", { "aria-labelledby": "quote" }, h("div", { dir: "ltr", hidden: "" }, "Quote"), card);
}

/** Make a person's cell: a <button> in lists, an <li> in the side bar. */
export function makeCell(person, tag = "button") {
  const attributes = tag === "button" ? { role: "button", type: "button" } : { role: "listitem", tabindex: "0" };
  const [name, handle] = makeNames(person, true);
  const names = h("div", { class: "clip" }, h("div", {}, name), h("div", { class: "row" }, h("div", {}, handle)));
  const follow = h("button", { "data-testid": `${person.rest_id}-follow`, "aria-label": `Follow @${person.screen_name}`, type: "button", class: "pill" }, "Follow");
  const bio = person.bio && tag === "button" ? [h("div", { dir: "auto", class: "bio" }, person.bio)] : [];
  return h(tag, { "data-testid": "UserCell", ...attributes }, h("div", { class: "row" }, makeAvatar(person, true), h("div", { class: "grow" }, h("div", { class: "row" }, h("div", { class: "grow" }, names), follow), ...bio)));
}

/** Show another person in the nodes of a cell. */
export function updateCell(cell, person) {
  updateNames(cell, person);
  cell.querySelector("[data-testid^=UserAvatar]").setAttribute("data-testid", `UserAvatar-Container-${person.screen_name}`);
  const follow = cell.querySelector(".pill");
  follow.setAttribute("data-testid", `${person.rest_id}-follow`);
  follow.setAttribute("aria-label", `Follow @${person.screen_name}`);
  const bio = cell.querySelector(".bio");
  if (bio) setText(bio, person.bio);
}

/** Make a profile's header. */
export function makeProfile(person) {
  const handle = h("div", { tabindex: "-1" }, h("div", {}, shownName(person)));
  const names = h("div", { "data-testid": "UserName", class: "row" }, h("div", {}, displayName(person), h("div", { class: "row" }, handle, h("div", { dir: "ltr", "data-testid": "userFollowIndicator" }, "Follows you"))));
  const follow = h("button", { "data-testid": `${person.rest_id}-follow`, "aria-label": `Follow @${person.screen_name}`, type: "button", class: "pill" }, "Follow");
  return h("div", { class: "profile" }, h("div", { "data-testid": "placementTracking" }, follow), names, h("div", { "data-testid": "UserDescription", dir: "auto", class: "bio" }, person.bio));
}

/** Make the card that opens over a name: empty at first, filled later. */
function showHoverCard(person) {
  const card = h("div", { "data-testid": "HoverCard", class: "layer" });
  document.getElementById("layers").replaceChildren(h("div", { "data-testid": "hoverCardParent" }, card));
  setTimeout(() => {
    const [name, handle] = makeNames(person, true);
    card.append(makeAvatar(person, true), h("div", {}, name), h("div", { class: "row" }, h("div", {}, handle)), h("div", { dir: "auto" }, person.bio));
  }, 100);
}

/** Draw the page's frame and give its main column. */
export function makeFrame(...content) {
  const me = h("a", { "data-testid": "AppTabBar_Profile_Link", href: "/odile_passe" }, "Profile");
  const main = h("main", { role: "main" }, h("div", { "data-testid": "primaryColumn" }, ...content));
  const sidebar = h("div", { "data-testid": "sidebarColumn" }, h("h2", {}, "Who to follow"), ...[PEOPLE[4], PEOPLE[8]].map((person) => makeCell(person, "li")));
  document.body.append(h("div", { id: "react-root" }, h("div", {}, h("header", { role: "banner" }, me), main, sidebar)), h("div", { id: "layers" }));
  listen(document.getElementById("react-root"));
  return main.firstChild;
}

const cell = (content) => h("div", { "data-testid": "cellInnerDiv" }, content);

/** The home timeline: tweets, quotes, reposts, hostile names. */
export function drawHome() {
  const [ada, bruno, chloe, , farid, hideo, junho, , olu, html, bidi, nasa] = PEOPLE.slice(1);
  const tweets = [
    makeTweet(ada),
    makeTweet(olu, { quoted: chloe }),
    makeTweet(junho, { reposter: bruno }),
    makeTweet(nasa, { text: "My name is not my name." }),
    makeTweet(html),
    makeTweet(bidi),
    makeTweet(farid, { quoted: ada }),
    makeTweet(hideo),
  ];
  makeFrame(h("section", { role: "region" }, h("h2", {}, "Home"), h("div", { class: "timeline" }, ...tweets.map(cell))));
}

/** A profile; `__navigate` goes to another one without loading a page and reuses every node. */
export function drawProfile(screenName) {
  const person = byName(screenName);
  makeFrame(makeProfile(person), ...Array.from({ length: 3 }, () => cell(makeTweet(person))));
}

/** A list of people, only those in sight being in the page, in a fixed number of nodes that are used again and again. */
export function drawFollowing(count) {
  const list = mixed(count);
  const column = h("div", { class: "timeline", style: `position: relative; min-height: ${count * ROW_HEIGHT}px` });
  makeFrame(h("h2", {}, "Following"), column);
  const rows = Array.from({ length: Math.min(count, Math.ceil(innerHeight / ROW_HEIGHT) + 6) }, (_, at) => {
    const row = cell(makeCell(list[at]));
    row.style.cssText = `position: absolute; width: 100%; height: ${ROW_HEIGHT}px;`;
    column.append(row);
    return row;
  });
  const render = () => {
    const first = Math.max(0, Math.min(count - rows.length, Math.floor((scrollY - column.offsetTop) / ROW_HEIGHT) - 3));
    for (let at = first; at < first + rows.length; at++) {
      const row = rows[at % rows.length];
      if (row.dataset.at === String(at)) continue;
      row.dataset.at = String(at);
      row.style.transform = `translateY(${at * ROW_HEIGHT}px)`;
      updateCell(row.firstChild, list[at]);
    }
  };
  addEventListener("scroll", () => requestAnimationFrame(render), { passive: true });
  render();
}

// What X does with events: React listens at its root, cards and cells are opened from there. Everything is written down.
function listen(root) {
  window.__opened = [];
  const write = (event, what) => window.__opened.push(`${event.type} ${what}`);
  for (const type of ["click", "auxclick", "mousedown", "pointerdown", "keydown", "keyup"]) {
    root.addEventListener(type, (event) => {
      const opened = event.target.closest("[role=link]:not(a), [data-testid=UserCell], article");
      if (opened) write(event, opened.dataset.testid ?? "card");
      if (event.target.closest("a")) event.preventDefault();
    });
  }
  document.addEventListener("keydown", (event) => write(event, `shortcut ${event.key}`));
  root.addEventListener("mouseover", (event) => {
    const link = event.target.closest("a[href]");
    const name = /^\/(\w+)$/.exec(link?.getAttribute("href") ?? "")?.[1];
    if (name && link.closest("[data-testid=User-Name], [data-testid=UserCell]")) showHoverCard(byName(name));
  });
}

const allCells = () => [...document.querySelectorAll("[data-testid=UserCell]")];
const allLines = () => [...document.querySelectorAll("article > .row > .grow > .header [data-testid=User-Name]")];
let turns = 0;

Object.assign(window, {
  /** Every block shows another person, in the same nodes. */
  __recycle() {
    turns++;
    const people = PEOPLE.slice(1);
    allCells().forEach((block, at) => updateCell(block, people[(at + turns) % people.length]));
    allLines().forEach((block, at) => updateNames(block, people[(at + turns) % people.length]));
  },
  /** X wraps a tweet's header anew, as when it adds its Follow button in narrow windows. */
  __rewrap() {
    for (const header of document.querySelectorAll(".header")) {
      const tools = header.querySelector(".tools");
      tools.replaceWith(h("div", { class: "row pill tools" }, h("button", { "data-testid": "1-follow" }, "Follow"), h("div", { class: "row" }, ...tools.children)));
    }
    for (const line of allLines()) {
      const handle = line.querySelector('[tabindex="-1"]');
      handle.parentElement.replaceWith(h("div", {}, handle), h("div", { dir: "ltr" }, "✓"));
    }
    for (const block of allCells()) {
      const handle = block.querySelector('a[tabindex="-1"]:not([aria-hidden])');
      const row = handle.parentElement.parentElement;
      row.parentElement.replaceWith(h("div", { class: "clip" }, row.previousSibling, h("div", { class: "row" }, h("div", {}, handle), h("div", { dir: "ltr" }, "✓"), ...[...row.children].slice(1))));
    }
  },
  /** The address changes first, the header's texts a moment later. */
  async __navigate(screenName) {
    history.pushState({}, "", `/${screenName}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const person = byName(screenName);
    updateNames(document.querySelector("[data-testid=UserName]"), person);
    const follow = document.querySelector("[data-testid=placementTracking] .pill");
    follow.setAttribute("data-testid", `${person.rest_id}-follow`);
    follow.setAttribute("aria-label", `Follow @${person.screen_name}`);
    allLines().forEach((line) => updateNames(line, person));
  },
  __theme(name) {
    const colour = { light: "rgb(255, 255, 255)", dim: "rgb(21, 32, 43)", dark: "rgb(0, 0, 0)" }[name];
    document.body.style.backgroundColor = colour;
    document.body.style.color = name === "light" ? "rgb(15, 20, 25)" : "rgb(231, 233, 234)";
    document.documentElement.style.colorScheme = name === "light" ? "light" : "dark";
  },
  __direction(direction) {
    document.documentElement.dir = direction;
  },
  /** Add `count` cells at the end, every tenth of them somebody whom the directory may know. */
  __addCells(count, first = 0) {
    const column = document.querySelector(".timeline");
    column.append(...mixed(count, first).map((person) => cell(makeCell(person))));
  },
  /** What a hostile page can try with a badge. Gives what it could see inside. */
  __attack() {
    return [...document.querySelectorAll("[data-passerelle-badge]")].map((host) => {
      host.click();
      for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
        host.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, view: window }));
      }
      host.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
      host.setAttribute("data-passerelle-badge", "nasa");
      return host.shadowRoot === null ? "closed" : host.shadowRoot.innerHTML;
    });
  },
});
