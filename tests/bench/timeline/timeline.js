// A virtual list like X's: cells appear one after another ahead of what is in sight, and go behind it; each is placed by
// itself, so that none moves another (docs/x-pages.md). Notes when each gets its badge.
const KEPT = 24; // cells; X keeps 5 to 24
const AHEAD = 8; // of them not yet in sight
const PATIENCE = 5000; // ms for the last badges
const LOOK = 100; // ms
const PAGE = 20; // people in one answer, as X sends posts

const list = document.getElementById("list");
let count = 0; // of cells so far
let height = 0; // px, of each: measured once, as X measures its rows

/**
 * Let a cell appear for each name, so many a second; returns the milliseconds from each cell's insertion to its badge.
 *
 * The clock starts at the end of the task that inserted the cell, and stops when the badge is in the page. `badges` says
 * how many there should be: so many are awaited at the end. Where `isAnswered`, the page has asked for the people of its
 * cells as X's does: an answer names 20 people, and comes while the 20 before them are shown.
 */
globalThis.grow = async (names, perSecond, badges, isAnswered) => {
  let answered = 0;
  const askX = async () => {
    const people = names.slice(answered, (answered += PAGE));
    if (!isAnswered || people.length === 0) return;
    const answer = await fetch("/i/api/graphql/invented/HomeTimeline", {
      method: "POST",
      body: JSON.stringify(people),
    });
    await answer.json();
  };
  await askX();
  const inserted = new WeakMap();
  const delays = [];
  const observer = new MutationObserver((records) => {
    const now = performance.now();
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!node.dataset?.passerelleBadge) continue;
        const cell = node.closest("[data-testid=cellInnerDiv]");
        if (inserted.has(cell)) delays.push(now - inserted.get(cell));
        inserted.delete(cell);
      }
    }
  });
  observer.observe(list, { childList: true, subtree: true });
  const stopScrolling = scroll();
  const started = performance.now();
  for (let at = 0; at < names.length;) {
    const due =
      Math.floor(((performance.now() - started) * perSecond) / 1000) + 1;
    if (due + PAGE > answered) void askX();
    const cells = names.slice(at, due).map(makeCell);
    append(cells);
    const now = performance.now();
    for (const cell of cells) inserted.set(cell, now);
    at += cells.length;
    await after(started + (at * 1000) / perSecond - performance.now());
  }
  for (
    let waited = 0;
    delays.length < badges && waited < PATIENCE;
    waited += LOOK
  )
    await after(LOOK);
  stopScrolling();
  observer.disconnect();
  return delays;
};

function append(cells) {
  for (const cell of cells)
    cell.style.cssText = `transform: translateY(${count++ * height}px); position: absolute; width: 100%`;
  list.append(...cells);
  list.style.minHeight = `${count * height}px`;
  while (list.childElementCount > KEPT) list.firstElementChild.remove();
  height ||= list.firstElementChild.offsetHeight;
}

// Goes down with the list, frame by frame, as a hand would.
function scroll() {
  let frame = requestAnimationFrame(function step() {
    scrollTo(0, (count - AHEAD) * height - innerHeight);
    frame = requestAnimationFrame(step);
  });
  return () => cancelAnimationFrame(frame);
}

// Nested as X nests, with some 120 elements; a real one with a picture has 200.
function makeCell(name) {
  const cell = document.createElement("div");
  cell.dataset.testid = "cellInnerDiv";
  const text =
    "An invented sentence of some length, as people write it. ".repeat(3);
  const sign =
    '<svg viewBox="0 0 24 24" aria-hidden="true"><g><path d="M2 12h20M12 2v20"></path></g></svg>';
  const number = "<div><span><span><span>7</span></span></span></div>";
  const buttons = ["reply", "retweet", "like", "bookmark", "share"].map(
    (kind) =>
      `<div class="row"><button data-testid="${kind}"><div class="row"><div><div></div>${sign}</div>${number}</div></button></div>`,
  );
  cell.innerHTML = `<div><div><article data-testid="tweet" role="article" tabindex="0"><div><div><div class="row">
    <div data-testid="Tweet-User-Avatar"><div><div data-testid="UserAvatar-Container-${name}"><div><div>
      <a href="/${name}" aria-hidden="true" tabindex="-1"><div><div><div><img alt="" /></div></div></div></a></div></div></div></div></div>
    <div><div><div class="row header"><div><div class="row"><div data-testid="User-Name" class="row">
        <div class="row"><div class="row"><a href="/${name}"><div><div dir="ltr"><span><span>Invented Person</span></span></div></div></a></div></div>
        <div class="row"><div class="row"><div><a href="/${name}" tabindex="-1"><div dir="ltr"><span>@${name}</span></div></a></div>
          <div dir="ltr" aria-hidden="true"><span>·</span></div>
          <div class="row"><a href="/${name}/status/1" dir="ltr"><time datetime="2026-01-01T00:00:00.000Z">1h</time></a></div></div></div>
      </div></div></div><div class="row"><button aria-label="Grok">${sign}</button><button data-testid="caret">${sign}</button></div></div></div>
      <div data-testid="tweetText" dir="auto" lang="en"><span>${text}</span></div>
      <div><div role="group" class="row">${buttons.join("")}</div></div>
    </div>
  </div></div></div></article></div></div>`;
  return cell;
}

function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
