// The people these pages show and where, from their own data: the tests compare badges with this, not with X's structure.

const BADGE = "[data-passerelle-badge]";
const shown = new WeakMap(); // the element that shows a name -> { surface, person }
let theme = "light";

/** Note that `element` shows `person`'s name on this surface, and give the element. Again for another person in the same node. */
export function note(element, person, surface = shown.get(element).surface) {
  shown.set(element, { surface, person });
  return element;
}

/** Return on which surface an element shows a name. */
export const surfaceOf = (element) => shown.get(element).surface;

/** Note which theme a page has now: what badges are to be like. */
export const noteTheme = (now) => {
  theme = now;
};

/** Return the elements within `block` that show a person's name, in the order of the document. */
export const namesIn = (block) =>
  [...block.querySelectorAll("*")].filter((element) => shown.has(element));

/** Return every person on the page, each with all badges that stand right behind their name, and the badges that stand elsewhere. */
function look() {
  const badges = new Map(namesIn(document.body).map((name) => [name, []]));
  const astray = [];
  for (const host of document.querySelectorAll(BADGE)) {
    const name = nameBefore(host);
    if (name) badges.get(name).push(describe(host, name));
    else astray.push(host.dataset.passerelleBadge);
  }
  const people = [...badges].map(([name, found]) => ({
    surface: surfaceOf(name),
    screen_name: shown.get(name).person.screen_name,
    badges: found,
  }));
  return { people, astray, theme };
}

// The last text that one reads before a badge, if it is a name's.
function nameBefore(host) {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  texts.currentNode = host;
  while (texts.previousNode() && !texts.currentNode.nodeValue.trim());
  let element = texts.currentNode.parentElement;
  while (element && !shown.has(element)) element = element.parentElement;
  return element;
}

function describe(host, name) {
  const [badge, text] = [host, name].map((one) => one.getBoundingClientRect());
  const isLeftward = getComputedStyle(name.parentElement).direction === "rtl";
  return {
    about: host.dataset.passerelleBadge,
    theme: host.dataset.theme,
    area: badge.width * badge.height,
    gap: isLeftward ? text.left - badge.right : badge.left - text.right,
    offCentre: Math.abs(
      badge.top + badge.height / 2 - text.top - text.height / 2,
    ),
  };
}

/** Return the elements of the page that are taller or less tall with badges than without: both measured now, in one turn. */
function measure() {
  const hosts = [...document.querySelectorAll(BADGE)];
  const elements = [...document.body.querySelectorAll("*")].filter(
    (element) => !element.matches(BADGE),
  );
  const heights = () =>
    elements.map((element) => element.getBoundingClientRect().height);
  const withBadges = heights();
  const places = hosts.map((host) => document.createComment(""));
  hosts.forEach((host, at) => host.replaceWith(places[at]));
  const without = heights();
  hosts.forEach((host, at) => places[at].replaceWith(host));
  return elements.flatMap((element, at) =>
    withBadges[at] === without[at]
      ? []
      : [
          `${element.outerHTML.slice(0, 120)}: ${without[at]} -> ${withBadges[at]}`,
        ],
  );
}

Object.assign(window, { __look: look, __measure: measure });
