// The pages of the classic client re-enacted, and what X does with their nodes. Parts: classic.js. Calls for tests: docs/x-pages.md.
import { actsOnRows, fillLate, offerChurn } from "./churn.js";
import {
  fillCard,
  makeCell,
  makePost,
  makeProfile,
  makeRow,
  showAuthor,
  showCell,
  showProfile,
  showQuoted,
  showReposter,
  wrapCell,
  wrapPost,
} from "./classic.js";
import { h, setText } from "./dom.js";
import { byName, mixed, PEOPLE, randomPerson, writing } from "./people.js";
import { namesIn, noteTheme, surfaceOf } from "./shown.js";
import { fillVirtual } from "./virtual.js";

const CARD_FILLED = 100; // ms after it has opened
const HEADER_FILLED = 30; // ms after the address has changed

/** Draw the page's frame and give its main column. */
export function makeFrame(...content) {
  const me = h(
    "a",
    { "data-testid": "AppTabBar_Profile_Link", href: "/odile_passe" },
    "Profile",
  );
  const main = h(
    "main",
    { role: "main" },
    h("div", { "data-testid": "primaryColumn" }, ...content),
  );
  const isNarrow = document.body.classList.contains("narrow");
  const sidebar = h(
    "div",
    { "data-testid": "sidebarColumn" },
    h("h2", {}, "Who to follow"),
    ...[PEOPLE[4], PEOPLE[8]].map((person) => makeCell(person, "li")),
  );
  document.body.append(
    h(
      "div",
      { id: "react-root" },
      h(
        "div",
        {},
        h("header", { role: "banner" }, me),
        main,
        ...(isNarrow ? [] : [sidebar]),
      ),
    ),
    h("div", { id: "layers" }),
  );
  listen(document.getElementById("react-root"));
  return main.firstChild;
}

/** The home timeline: posts, quotes, reposts, hostile names. Narrow: a phone's width, where X adds buttons to headers. */
export function drawHome(isNarrow = false) {
  const [ada, bruno, chloe, , farid, hideo, junho, , olu, html, bidi, nasa] =
    PEOPLE.slice(1);
  document.body.classList.toggle("narrow", isNarrow);
  const posts = [
    makePost(ada, { isNarrow }),
    makePost(olu, { quoted: chloe, isNarrow }),
    makePost(junho, { reposter: bruno, isNarrow }),
    makePost(nasa, { text: "My name is not my name.", isNarrow }),
    makePost(html, { isNarrow }),
    makePost(bidi, { isNarrow }),
    makePost(farid, { quoted: ada, isNarrow }),
    makePost(hideo, { isNarrow }),
    ...(isNarrow ? [makePost(olu, { reposter: junho, isNarrow })] : []),
  ];
  const column = h("div", { class: "timeline" }, ...posts.map(makeRow));
  makeFrame(h("section", { role: "region" }, h("h2", {}, "Home"), column));
  offerChurn({
    ...actsOnPeople,
    ...actsOnRows(column, (dice) => makeRow(somePost(dice, isNarrow))),
  });
}

/** A profile; `__navigate` goes to another one without loading a page and reuses every node. */
export function drawProfile(screenName) {
  const person = byName(screenName);
  makeFrame(
    makeProfile(person),
    ...Array.from({ length: 3 }, () => makeRow(makePost(person))),
  );
  history.replaceState({}, "", `/${screenName}`);
  offerChurn({
    ...actsOnPeople,
    navigate: (dice) => void navigate(randomPerson(dice).screen_name),
  });
}

/** A list of people, only those in sight being in the page, in a fixed number of nodes that are used again and again. */
export function drawFollowing(count) {
  const column = h("div", { class: "timeline" });
  makeFrame(h("h2", {}, "Following"), column);
  const scroll = fillVirtual(column, mixed(count), {
    make: (person) => makeRow(makeCell(person)),
    show: showRow,
  });
  offerChurn({ ...actsOnPeople, scroll });
}

/** A dialog over the home page with a list of people, <div>s that scroll in a box of their own. */
export function drawMembers(count) {
  drawHome();
  const column = h("div", { class: "timeline" });
  const box = h("div", { "data-viewportview": "true", class: "box" }, column);
  layer("dialog").replaceChildren(
    h(
      "div",
      { role: "dialog", "aria-modal": "true" },
      h("h2", {}, "List members"),
      box,
    ),
  );
  const scroll = fillVirtual(column, mixed(count, 50), {
    make: (person) => makeRow(makeCell(person, "div")),
    show: showRow,
    box,
  });
  offerChurn({ ...actsOnPeople, scroll });
}

const showRow = (row, person) => {
  showCell(row.firstChild, person);
};

// One of the layers over the page; made when it is first needed, then used again.
function layer(name) {
  const layers = document.getElementById("layers");
  const found = layers.querySelector(`:scope > .${name}`);
  return found ?? layers.appendChild(h("div", { class: name }));
}

/** The card that opens over a name: empty at first, filled later; the nodes of the last one are used again. */
function openCard(person) {
  const around = layer("card");
  if (!around.firstChild)
    around.append(
      h(
        "div",
        { "data-testid": "hoverCardParent" },
        h("div", { "data-testid": "HoverCard", class: "layer" }),
      ),
    );
  const card = around.querySelector("[data-testid=HoverCard]");
  fillLate(card, CARD_FILLED, () => {
    fillCard(card, person);
  });
}

const closeCard = () =>
  document.querySelector("#layers > .card")?.replaceChildren();

// What X does with events: React listens at its root, cards and cells are opened from there. Everything is written down.
function listen(root) {
  window.__opened = [];
  const write = (event, what) => window.__opened.push(`${event.type} ${what}`);
  for (const heard of [root, document.getElementById("layers")]) {
    for (const type of [
      "click",
      "auxclick",
      "mousedown",
      "mouseup",
      "pointerdown",
      "pointerup",
      "touchstart",
      "keydown",
      "keyup",
    ]) {
      heard.addEventListener(type, (event) => {
        const opened = event.target.closest(
          "[role=link]:not(a), [data-testid=UserCell], [data-testid=HoverCard], [data-testid=UserName], article",
        );
        if (opened) write(event, opened.dataset.testid ?? "card");
        // Links lead nowhere here; keys still move the focus.
        const isKey = event instanceof KeyboardEvent;
        if (event.target.closest("a") && !isKey) event.preventDefault();
      });
    }
  }
  document.addEventListener("keydown", (event) =>
    write(event, `shortcut ${event.key}`),
  );
  root.addEventListener("mouseover", (event) => {
    const link = event.target.closest("a[href]");
    const name = /^\/(\w+)$/.exec(link?.getAttribute("href") ?? "")?.[1];
    if (name && link.closest("[data-testid=User-Name], [data-testid=UserCell]"))
      openCard(byName(name));
  });
}

// Around a name on each surface, the part of the page that changes to another person. A profile's header: on navigation.
const PARTS = {
  post: ["article", showAuthor],
  quote: [".quote", showQuoted],
  reposter: [".context a", showReposter],
  cell: ["[data-testid=UserCell]", showCell],
  hover: ["[data-testid=HoverCard]", showCell],
};

function showOtherPerson(name, person) {
  const [around, show] = PARTS[surfaceOf(name)] ?? [];
  show?.(name.closest(around), person);
}

const allCells = () => [...document.querySelectorAll("[data-testid=UserCell]")];
const allPosts = () => [...document.querySelectorAll("article")];

// What X does with whatever shows people, wherever it stands.
const actsOnPeople = {
  recycle: (dice) => {
    showOtherPerson(dice.pick(namesIn(document.body)), randomPerson(dice));
  },
  rewrap: (dice) => {
    wrap(dice.pick([...allPosts(), ...allCells()]));
  },
  edit(dice) {
    const written = dice.pick([
      ...document.querySelectorAll(".bold span span, [dir=auto]"),
    ]);
    if (written) setText(written, writing(dice));
  },
  theme: (dice) => {
    setTheme(dice.pick(Object.keys(THEMES)));
  },
  turn: (dice) => {
    document.documentElement.dir = dice.pick(["ltr", "rtl"]);
  },
  hover: (dice) => {
    openCard(randomPerson(dice));
  },
  unhover: closeCard,
};

const somePost = (dice, isNarrow) =>
  makePost(randomPerson(dice), {
    quoted: dice.below(3) ? null : randomPerson(dice),
    reposter: dice.below(3) ? null : randomPerson(dice),
    isNarrow,
  });

function wrap(part) {
  if (part.matches("article")) wrapPost(part);
  else wrapCell(part);
}

const THEMES = {
  light: {
    background: "rgb(255, 255, 255)",
    ink: "rgb(15, 20, 25)",
    theme: "light",
  },
  dim: {
    background: "rgb(21, 32, 43)",
    ink: "rgb(231, 233, 234)",
    theme: "dark",
  },
  dark: {
    background: "rgb(0, 0, 0)",
    ink: "rgb(231, 233, 234)",
    theme: "dark",
  },
};

function setTheme(name) {
  const { background, ink, theme } = THEMES[name];
  document.body.style.backgroundColor = background;
  document.body.style.color = ink;
  document.documentElement.style.colorScheme = theme;
  noteTheme(theme);
}

// The address changes first, the header's texts a moment later, unless the page was left meanwhile.
async function navigate(screenName) {
  history.pushState({}, "", `/${screenName}`);
  await new Promise((resolve) => setTimeout(resolve, HEADER_FILLED));
  if (location.pathname !== `/${screenName}`) return;
  const person = byName(screenName);
  showProfile(document.querySelector(".profile"), person);
  for (const post of allPosts()) showAuthor(post, person);
}

let turns = 0;

Object.assign(window, {
  /** Every block shows another person, in the same nodes. */
  __recycle() {
    turns++;
    const people = PEOPLE.slice(1);
    allCells().forEach((cell, at) =>
      showCell(cell, people[(at + turns) % people.length]),
    );
    allPosts().forEach((post, at) =>
      showAuthor(post, people[(at + turns) % people.length]),
    );
  },
  /** X wraps every row anew. */
  __rewrap() {
    [...allPosts(), ...allCells()].forEach(wrap);
  },
  __navigate: navigate,
  __theme: setTheme,
  __direction(direction) {
    document.documentElement.dir = direction;
  },
  /** Add `count` cells at the end, every tenth of them a person who may be in the directory. */
  __addCells(count, first = 0) {
    const column = document.querySelector(".timeline");
    column.append(
      ...mixed(count, first).map((person) => makeRow(makeCell(person))),
    );
  },
  __hover: (screenName) => {
    openCard(byName(screenName));
  },
  /** What a hostile page can try with a badge. Returns what it could see inside. */
  __attack() {
    return [...document.querySelectorAll("[data-passerelle-badge]")].map(
      (host) => {
        host.click();
        for (const type of [
          "pointerdown",
          "mousedown",
          "pointerup",
          "mouseup",
          "click",
        ]) {
          host.dispatchEvent(
            new MouseEvent(type, {
              bubbles: true,
              composed: true,
              cancelable: true,
              view: window,
            }),
          );
        }
        host.dispatchEvent(
          new KeyboardEvent("keydown", {
            key: "Enter",
            bubbles: true,
            composed: true,
          }),
        );
        host.setAttribute("data-passerelle-badge", "nasa");
        return host.shadowRoot === null ? "closed" : host.shadowRoot.innerHTML;
      },
    );
  },
});
