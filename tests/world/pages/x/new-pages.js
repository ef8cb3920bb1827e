// The pages of the new client re-enacted, and what X does with their nodes. Parts: new.js. Calls for tests: docs/x-pages.md.
import { actsOnRows, fillLate, offerChurn } from "./churn.js";
import { h, setText } from "./dom.js";
import {
  fillCard,
  makePost,
  makeProfile,
  makeRow,
  showEntry,
  showNames,
  showProfile,
  showReposter,
  wrapNames,
} from "./new.js";
import { byName, mixed, PEOPLE, randomPerson, writing } from "./people.js";
import { namesIn, noteTheme, surfaceOf } from "./shown.js";
import { fillVirtual } from "./virtual.js";

const CARD_FILLED = 50; // ms after it has opened
const HEADER_FILLED = 30; // ms after the address has changed

function makeFrame(...content) {
  const main = h("main", {}, ...content);
  document.body.append(h("div", { id: "app" }, main));
  window.__opened = [];
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
    document.addEventListener(type, (event) => {
      const entry = event.target.closest(
        "[data-timeline-entry], [data-side], .header",
      );
      if (entry)
        window.__opened.push(`${type} ${entry.dataset.href ?? "entry"}`);
    });
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("a")) event.preventDefault();
  });
}

const makeList = (...entries) =>
  h("ul", {}, ...entries.map((entry) => h("li", {}, entry)));

/** A conversation: the post it is about, with a quote; answers, among them a repost, a phone's link and hostile names. */
export function drawConversation() {
  const [ada, bruno, chloe, , farid, hideo, junho, , olu, html, , nasa] =
    PEOPLE.slice(1);
  drawPosts(
    makePost(ada, { isFocused: true, quoted: chloe }),
    makePost(junho, { reposter: bruno }),
    makePost(hideo, { isPhone: true }),
    makePost(olu, { quoted: farid }),
    makePost(nasa),
    makePost(html),
  );
}

/** A phone's home page: narrow, and every link to a post absolute. */
export function drawPhone() {
  const [ada, , chloe, dariusz, farid, hideo, junho, , olu, , bidi, nasa] =
    PEOPLE.slice(1);
  document.body.classList.add("narrow");
  const isPhone = true;
  drawPosts(
    makePost(farid, { isPhone }),
    makePost(olu, { isPhone, reposter: dariusz }),
    makePost(nasa, { isPhone, quoted: hideo }),
    makePost(junho, { isPhone, reposter: chloe, quoted: ada }),
    makePost(bidi, { isPhone }),
  );
}

function drawPosts(...posts) {
  const isPhone = document.body.classList.contains("narrow");
  const list = makeList(...posts);
  makeFrame(list);
  offerChurn({
    ...actsOnPeople,
    ...actsOnRows(list, (dice) => h("li", {}, somePost(dice, isPhone))),
  });
}

/** A list of people. */
export function drawPeople(count) {
  const list = makeList(...mixed(count).map(makeRow));
  makeFrame(h("h2", {}, "Following"), list);
  offerChurn({
    ...actsOnPeople,
    ...actsOnRows(list, (dice) => h("li", {}, makeRow(randomPerson(dice)))),
  });
}

/** A long list of people; only the visible ones are in the page. */
export function drawVirtual(count) {
  const list = makeList();
  makeFrame(h("h2", {}, "Followers"), list);
  const scroll = fillVirtual(list, mixed(count), {
    make: (person) => h("li", {}, makeRow(person)),
    show: (row, person) => {
      showEntry(row.firstChild, person);
    },
  });
  offerChurn({ ...actsOnPeople, scroll });
}

/** A profile's header over the person's posts. */
export function drawProfile(screenName) {
  history.replaceState({}, "", `/${screenName}`);
  const person = byName(screenName);
  makeFrame(makeProfile(person), makeList(makePost(person), makePost(person)));
  offerChurn({
    ...actsOnPeople,
    navigate: (dice) => void navigate(randomPerson(dice).screen_name),
  });
}

/** A card that opens beside a name: empty at first, filled later; the nodes of the last one are used again. */
function openCard(person) {
  const card =
    document.querySelector("[data-side]") ??
    document.body.appendChild(
      h("div", { "data-side": "bottom", "data-open": "", class: "layer" }),
    );
  fillLate(card, CARD_FILLED, () => {
    fillCard(card, person);
  });
}

const closeCard = () => document.querySelector("[data-side]")?.remove();

// Around a name on each surface, the part of the page that changes to another person. A profile's header: on navigation.
const PARTS = {
  post: ["[data-timeline-entry]", showEntry],
  quote: ["[data-timeline-entry]", showEntry],
  reposter: ["a", showReposter],
  cell: ["[data-timeline-entry]", showEntry],
  hover: ["[data-side]", showNames],
};

function showOtherPerson(name, person) {
  const [around, show] = PARTS[surfaceOf(name)] ?? [];
  show?.(name.closest(around), person);
}

const allEntries = () => [
  ...document.querySelectorAll("[data-timeline-entry]"),
];
const allNames = () => [...document.querySelectorAll(".names")];

// What X does with whatever shows people, wherever it stands.
const actsOnPeople = {
  recycle: (dice) => {
    showOtherPerson(dice.pick(namesIn(document.body)), randomPerson(dice));
  },
  rewrap: (dice) => {
    wrapNames(dice.pick(allNames()));
  },
  edit: (dice) => {
    setText(
      dice.pick([
        ...document.querySelectorAll(
          ".bold, h1, [dir=auto], [dir=auto] > span",
        ),
      ]),
      writing(dice),
    );
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

const somePost = (dice, isPhone) =>
  makePost(randomPerson(dice), {
    quoted: dice.below(3) ? null : randomPerson(dice),
    reposter: dice.below(3) ? null : randomPerson(dice),
    isPhone,
  });

const THEMES = {
  light: ["rgb(255, 255, 255)", "rgb(15, 20, 25)"],
  dark: ["rgb(0, 0, 0)", "rgb(231, 233, 234)"],
};

function setTheme(name) {
  const theme = name === "light" ? "light" : "dark";
  const [background, ink] = THEMES[theme];
  document.documentElement.dataset.theme = theme;
  document.body.style.backgroundColor = background;
  document.body.style.color = ink;
  noteTheme(theme);
}

// The address changes first, the header's texts a moment later, unless the page was left meanwhile.
async function navigate(screenName) {
  history.pushState({}, "", `/${screenName}`);
  await new Promise((resolve) => setTimeout(resolve, HEADER_FILLED));
  if (location.pathname !== `/${screenName}`) return;
  const person = byName(screenName);
  showProfile(document.querySelector(".header"), person);
  for (const entry of allEntries()) showEntry(entry, person);
}

let turns = 0;

Object.assign(window, {
  __recycle() {
    turns++;
    const people = PEOPLE.slice(1);
    allEntries().forEach((entry, at) =>
      showEntry(entry, people[(at + turns) % people.length]),
    );
  },
  __rewrap() {
    allNames().forEach(wrapNames);
  },
  __navigate: navigate,
  __theme: setTheme,
  __direction(direction) {
    document.documentElement.dir = direction;
  },
  __addCells(count, first = 0) {
    document
      .querySelector("ul")
      .append(
        ...mixed(count, first).map((person) => h("li", {}, makeRow(person))),
      );
  },
  __hover: (screenName) => {
    openCard(byName(screenName));
  },
});
