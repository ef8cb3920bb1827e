// A page that is up to no good, in the shape of the classic client: what it shows, and what it does when a test asks it to.
import { makeCell, makePost, makeRow } from "./classic.js";
import { makeFrame } from "./classic-pages.js";
import { h } from "./dom.js";
import { byName, crowd, PEOPLE } from "./people.js";
import { note } from "./shown.js";

const ANSWER = "passerelle-answer"; // the events of extension/lib/x/answers/channel.ts, which any page can learn
const EVENTS = [ANSWER, "passerelle-ready", "passerelle-stop"];
const NAMES = [
  "@nasa",
  "@ada_nouvelle",
  "<img src=x onerror=__ran.push(1)>",
  "<script>__ran.push(2)</script>",
  "\u202e@ada_nouvelle",
  "__proto__",
  "constructor",
];

const stranger = (number, display_name) => ({
  ...crowd(5_000 + number),
  display_name,
});

/** A cell whose link and @name disagree: the person cannot be determined for sure. */
function makeLiar(shown, leadsTo) {
  const cell = makeCell(byName(shown));
  for (const link of cell.querySelectorAll("a"))
    link.setAttribute("href", `/${leadsTo}`);
  const name = cell.querySelector(".quiet");
  note(name, stranger(1, ""), "cell");
  return cell;
}

/** A known person among strangers with misleading names. */
export function drawHostile() {
  const [ada, bruno, chloe, , farid, , , , , html, , nasa] = PEOPLE.slice(1);
  const impostors = NAMES.map((name, at) => stranger(10 + at, name));
  const schema = h(
    "script",
    { type: "application/ld+json", "data-testid": "UserProfileSchema-test" },
    '{"mainEntity": {"__proto__": {"additionalName": "ada_nouvelle"}, "identifier": "<img src=x onerror=__ran.push(3)>"}}',
  );
  document.head.append(schema);
  makeFrame(
    h(
      "div",
      { class: "timeline" },
      makeRow(makePost(ada, { text: "@Chloe_Marais" })),
      makeRow(makePost(html)),
      makeRow(makePost(nasa)),
      ...impostors.map((person) =>
        makeRow(
          makePost(person, {
            quoted: farid,
            reposter: person,
            text: "@ada_nouvelle",
          }),
        ),
      ),
      ...impostors.map((person) =>
        makeRow(makeCell({ ...person, bio: "@ada_nouvelle" })),
      ),
      makeRow(makeLiar("ada_nouvelle", "crowd_1389")),
      makeRow(makeLiar("ada_nouvelle", "i/flow/login")),
      makeRow(makeCell(bruno)),
      makeRow(makeCell(chloe)),
    ),
  );
}

const user = (rest_id, screen_name) => ({
  __typename: "User",
  rest_id,
  core: { screen_name, name: "<img src=x onerror=__ran.push(4)>" },
  profile_bio: { description: "x".repeat(500) },
});

Object.assign(window, {
  /** Events like the extension's own, with everything but what belongs there. */
  __forge() {
    const loop = {};
    loop.loop = loop;
    const texts = [
      "",
      "\n",
      "Following",
      "Following /ada\n",
      "Following /ada\nnull",
      'Following /ada\n{"__typename":"User"}',
      "a b\nc",
      `${"F".repeat(500)} /\n{}`,
      "\ud800 /\n\udfff",
      "Likes /x\n[" + "[".repeat(20_000),
    ];
    const polluted =
      '{"__proto__":{"__typename":"User","rest_id":"1","core":{"screen_name":"nasa"}},"constructor":{"prototype":{"polluted":true}},"a":{"__typename":"User","rest_id":"__proto__","core":{"screen_name":"constructor"}}}';
    const details = [
      undefined,
      null,
      0,
      NaN,
      {},
      [],
      loop,
      () => window.__ran.push(5),
      document,
      new Proxy({}, {}),
      { toString: () => window.__ran.push(6) },
      ...texts,
      `Likes /x\n${polluted}`,
    ];
    for (const type of EVENTS) {
      document.dispatchEvent(new Event(type));
      for (const detail of details)
        document.dispatchEvent(new CustomEvent(type, { detail }));
    }
  },
  /** `count` answers without a request. */
  __flood(count) {
    for (let number = 1; number <= count; number++) {
      document.dispatchEvent(
        new CustomEvent(ANSWER, {
          detail: `Likes /home\n${JSON.stringify(user(String(7_000_000 + number), `flood_${number}`))}`,
        }),
      );
    }
  },
  /** One answer of `length` characters. */
  __giant(length) {
    const one = JSON.stringify(user("6000001", "giant"));
    document.dispatchEvent(
      new CustomEvent(ANSWER, {
        detail: `Following /home\n[${Array.from({ length: Math.floor(length / (one.length + 1)) }, (_, at) => JSON.stringify(user(String(6_000_000 + at), `giant_${at}`))).join()}]`,
      }),
    );
  },
  /** Ask for `path` as X's two clients do, and give how many characters came. */
  async __ask(path) {
    const byXhr = new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("GET", path);
      request.onload = () => resolve(request.responseText.length);
      request.send();
    });
    const answer = await fetch(path);
    return [await byXhr, (await answer.text()).length];
  },
  /** Badges copied, and the real ones moved behind other people's names. */
  __steal() {
    const names = [...document.querySelectorAll(".quiet")];
    const hosts = [...document.querySelectorAll("[data-passerelle-badge]")];
    hosts.forEach((host, at) => {
      names.at(-1 - at).after(host.cloneNode(true));
      names[at].after(host);
    });
  },
});
