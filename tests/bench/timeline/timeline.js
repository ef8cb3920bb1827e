// A virtual list like X's: cells appear by the screenful at the foot and go at the head; notes when each gets its badge.
const SCREENFUL = 8;
const KEPT = 32; // cells
const PAUSE = 250; // ms between two screenfuls: somebody who scrolls fast
const PATIENCE = 5000; // ms for the last badges

const list = document.getElementById("list");

/** Let a cell appear for each name; gives the milliseconds from each cell's insertion to its badge. */
globalThis.grow = async (names) => {
  const inserted = new Map();
  const delays = [];
  const observer = new MutationObserver((records) => {
    const now = performance.now();
    for (const host of addedBadges(records)) {
      const cell = host.closest("[data-testid=cellInnerDiv]");
      if (!inserted.has(cell)) continue;
      delays.push(now - inserted.get(cell));
      inserted.delete(cell);
    }
  });
  observer.observe(list, { childList: true, subtree: true });
  for (let at = 0; at < names.length; at += SCREENFUL) {
    const cells = names.slice(at, at + SCREENFUL).map(makeCell);
    const now = performance.now();
    for (const cell of cells) inserted.set(cell, now);
    list.append(...cells);
    while (list.childElementCount > KEPT) list.firstElementChild.remove();
    await after(PAUSE);
  }
  for (let waited = 0; inserted.size > 0 && waited < PATIENCE; waited += PAUSE) await after(PAUSE);
  observer.disconnect();
  list.replaceChildren();
  return delays;
};

function addedBadges(records) {
  const added = records.flatMap((record) => [...record.addedNodes]);
  return added.filter((node) => node instanceof Element && node.hasAttribute("data-passerelle-badge"));
}

function makeCell(name) {
  const cell = document.createElement("div");
  cell.dataset.testid = "cellInnerDiv";
  const text = "An invented sentence of some length, as people write it. ".repeat(3);
  const buttons = ["reply", "retweet", "like", "bookmark"].map((kind) => `<button data-testid="${kind}"><svg></svg><span>7</span></button>`);
  cell.innerHTML = `<div><article data-testid="tweet" tabindex="0"><div class="row">
    <div data-testid="Tweet-User-Avatar"><a href="/${name}" tabindex="-1"><div><img alt="" /></div></a></div>
    <div>
      <div class="row"><div data-testid="User-Name">
        <div><a href="/${name}"><div><span><span>Invented Person</span></span></div></a></div>
        <div><div class="row"><div><a href="/${name}" tabindex="-1"><div dir="ltr"><span>@${name}</span></div></a></div>
          <div aria-hidden="true"><span>·</span></div>
          <div><a href="/${name}/status/1"><time datetime="2026-01-01T00:00:00.000Z">1h</time></a></div></div></div>
      </div></div>
      <div data-testid="tweetText" dir="auto" lang="en"><span>${text}</span></div>
      <div role="group" class="row">${buttons.join("")}</div>
    </div>
  </div></article></div>`;
  return cell;
}

function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
