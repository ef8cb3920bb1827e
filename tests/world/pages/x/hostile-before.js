// What a page can do to the browser's own functions before anything else of it runs. They go on working; what they hear of badges is written down.
window.__ran = []; // must stay empty: a script that runs here writes to it
window.__heard = [];
window.alert = (text) => {
  window.__ran.push(`alert ${text}`);
};

const isBadge = (value) =>
  value instanceof Element && value.hasAttribute("data-passerelle-badge");

function overhear(owner, name, change = (given) => given) {
  const original = owner[name];
  owner[name] = function (...given) {
    if (isBadge(this) || given.some(isBadge)) window.__heard.push(name);
    return Reflect.apply(original, this, change(given));
  };
}

// Every shadow root open, every observer and listener known, every click trusted.
overhear(Element.prototype, "attachShadow", ([options]) => [
  { ...options, mode: "open" },
]);
for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"])
  overhear(EventTarget.prototype, name);
for (const name of [
  "setAttribute",
  "append",
  "after",
  "querySelector",
  "querySelectorAll",
  "matches",
])
  overhear(Element.prototype, name);
for (const name of ["push", "map", "filter", "flatMap", "slice"])
  overhear(Array.prototype, name);
for (const name of ["stopPropagation", "preventDefault"])
  Event.prototype[name] = () => {};
Object.defineProperty(Event.prototype, "isTrusted", { get: () => true });
window.MutationObserver = class {
  observe() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
};
window.requestIdleCallback = () => 0;
crypto.randomUUID = () => "00000000-0000-0000-0000-000000000000";
performance.now = () => 0;
JSON.parse = (
  (parse) => (text) =>
    parse(text.replaceAll("ada_nouvelle", "nasa"))
)(JSON.parse);
// Every object has the fields of a person, for code that reads inherited properties.
Object.assign(Object.prototype, {
  __typename: "User",
  rest_id: "9000000000011000033",
  screen_name: "nasa",
});
for (const name of ["__typename", "rest_id", "screen_name"])
  Object.defineProperty(Object.prototype, name, { enumerable: false });
