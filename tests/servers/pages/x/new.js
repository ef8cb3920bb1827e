// The new client re-enacted ("x-web"): no test ids, entries with data-href, links and alt texts; people are invented.
import { h, setText } from "./dom.js";
import { byName, crowd, mixed, PEOPLE } from "./people.js";

const avatar = (person) => h("a", { class: "x-link", href: `/${person.screen_name}` }, h("div", { class: "avatar x-avatar" }, h("img", { alt: `@${person.screen_name}`, draggable: "false", width: "1", height: "1" })));

function names(person) {
  const name = h("span", { class: "row" }, h("a", { class: "x-link", href: `/${person.screen_name}` }, h("div", { class: "bold" }, person.display_name)));
  const handle = h("span", { class: "row" }, h("a", { class: "x-link", href: `/${person.screen_name}` }, h("span", { class: "quiet" }, `@${person.screen_name}`)));
  return h("div", { class: "row clip names" }, name, handle);
}

function makeBody(text) {
  return h("div", { dir: "auto", class: "body" }, h("span", {}, text, " ", h("a", { href: "/someone_mentioned", class: "text" }, "@someone_mentioned")));
}

/** Make a post; `quoted` is a post inside it; `reposter` wraps it in another article. The page's own post has no link. */
export function makePost(author, { quoted = null, reposter = null, isFocused = false, isPhone = false, text = "A post." } = {}) {
  const path = `/${author.screen_name}/status/1`;
  const href = isPhone ? `https://m.x.com${path}?launch_app_store=true&ct=x` : path;
  const time = h("span", { class: "fixed" }, h("a", { "data-base-ui-tooltip-trigger": "", href }, "2h"));
  const header = h("div", { class: "row start" }, h("div", { class: "grow row clip" }, names(author), time), h("button", { "data-slot": "xds-menu-trigger" }, "…"));
  const body = h("div", { class: "row" }, avatar(author), h("div", { class: "grow" }, header, makeBody(text), ...(quoted ? [makePost(quoted)] : []), h("div", { "data-engagement-action": "reply" }, h("button", {}, "↩"))));
  const article = h("article", {}, body);
  const context = reposter && h("article", {}, h("div", { class: "row quiet" }, h("a", { href: `/${reposter.screen_name}`, class: "text" }, h("span", {}, reposter.display_name), " reposted")), article);
  const link = isFocused ? { tabindex: "-1" } : { "data-href": href, role: "link", tabindex: "0" };
  return h("div", { "data-timeline-entry": "", class: "entry", ...link }, context || article);
}

/** Make a person's row: an entry without an article. */
export function makeRow(person) {
  const follow = h("button", { "aria-label": `Follow @${person.screen_name}`, class: "pill" }, "Follow");
  const bio = person.bio ? [h("div", { dir: "auto", class: "body bio" }, person.bio)] : [];
  return h("div", { "data-timeline-entry": "", "data-href": `/${person.screen_name}`, role: "link", tabindex: "0", class: "entry" }, h("div", { class: "row" }, avatar(person), h("div", { class: "grow clip" }, names(person), ...bio), follow));
}

function update(entry, person) {
  const isPost = entry.querySelector("article") !== null;
  if (entry.hasAttribute("data-href")) entry.setAttribute("data-href", isPost ? `/${person.screen_name}/status/1` : `/${person.screen_name}`);
  entry.querySelector("img").alt = `@${person.screen_name}`;
  const [name, handle] = [entry.querySelector(".names .bold"), entry.querySelector(".names .quiet")];
  setText(name, person.display_name);
  setText(handle, `@${person.screen_name}`);
  for (const link of [name, handle, entry.querySelector("img")].map((one) => one.closest("a"))) link.setAttribute("href", `/${person.screen_name}`);
}

function makeFrame(...content) {
  const main = h("main", {}, ...content);
  document.body.append(h("div", { id: "app" }, main));
  window.__opened = [];
  document.addEventListener("click", (event) => {
    if (event.target.closest("a")) event.preventDefault();
    const entry = event.target.closest("[data-timeline-entry]");
    if (entry) window.__opened.push(`click ${entry.dataset.href ?? "entry"}`);
  });
  return main;
}

const list = (...entries) => h("ul", {}, ...entries.map((entry) => h("li", {}, entry)));

/** A conversation: the post it is about, with a quote; answers, among them a repost, a phone's link and hostile names. */
export function drawConversation() {
  const [ada, bruno, chloe, , farid, hideo, junho, , olu, html, , nasa] = PEOPLE.slice(1);
  makeFrame(list(makePost(ada, { isFocused: true, quoted: chloe }), makePost(junho, { reposter: bruno }), makePost(hideo, { isPhone: true }), makePost(olu, { quoted: farid }), makePost(nasa), makePost(html)));
}

/** A list of people. */
export function drawPeople(count) {
  makeFrame(h("h2", {}, "Following"), list(...mixed(count).map(makeRow)));
}

/** A profile's header over the person's posts; the @name is plain text there. */
export function drawProfile(screenName) {
  history.replaceState({}, "", `/${screenName}`);
  const person = byName(screenName);
  const header = h("div", { class: "header" }, h("h1", {}, person.display_name), h("div", { class: "row" }, h("span", { class: "quiet handle" }, `@${person.screen_name}`)), h("div", { dir: "auto", class: "body" }, person.bio, " ", h("span", {}, "@someone_mentioned")));
  makeFrame(header, list(makePost(person), makePost(person)));
}

const entries = () => [...document.querySelectorAll("[data-timeline-entry]")];
let turns = 0;

Object.assign(window, {
  __recycle() {
    turns++;
    const people = PEOPLE.slice(1);
    entries().forEach((entry, at) => update(entry, people[(at + turns) % people.length]));
  },
  __rewrap() {
    for (const block of document.querySelectorAll(".names")) block.replaceWith(h("div", { class: "row clip names" }, ...[...block.children].map((child) => h("span", { class: "row" }, ...child.childNodes))));
  },
  async __navigate(screenName) {
    history.pushState({}, "", `/${screenName}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const person = byName(screenName);
    setText(document.querySelector("h1"), person.display_name);
    setText(document.querySelector(".handle"), `@${person.screen_name}`);
    entries().forEach((entry) => update(entry, person));
  },
  __theme(name) {
    document.documentElement.dataset.theme = name;
    document.body.style.backgroundColor = name === "light" ? "rgb(255, 255, 255)" : "rgb(0, 0, 0)";
    document.body.style.color = name === "light" ? "rgb(15, 20, 25)" : "rgb(231, 233, 234)";
  },
  __direction(direction) {
    document.documentElement.dir = direction;
  },
  __addCells(count, first = 0) {
    document.querySelector("ul").append(...mixed(count, first).map((person) => h("li", {}, makeRow(person))));
  },
  /** A card that opens beside a name, empty at first. */
  __hover(screenName) {
    const person = byName(screenName);
    const card = h("div", { "data-side": "bottom", "data-open": "", class: "layer" });
    document.body.append(card);
    setTimeout(() => card.append(avatar(person), names(person), h("div", { dir: "auto" }, person.bio)), 50);
  },
  __crowd: crowd,
});
