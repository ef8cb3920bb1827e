// Random but repeatable changes of a page, as many as one likes, several in each frame: what X does with its nodes, all at once.

const PER_FRAME = 10;
const ROWS = { fewest: 4, most: 16 };
const PATHS = [
  "/home",
  "/explore",
  "/i/bookmarks",
  "/ada_nouvelle/status/1",
  "/search",
];
const LATE = 150; // ms in which what was begun (a card, a navigation) is finished

/** Return a chooser that always chooses alike for the same seed. Mulberry32: https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function makeDice(seed) {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (end) => Math.floor(roll() * end),
    pick: (list) => list[Math.floor(roll() * list.length)],
  };
}

/** Let `__churn(count, seed)` do `count` of the page's `acts`; it gives how often each of them was done. */
export function offerChurn(acts) {
  const names = Object.keys(acts);
  window.__churn = async (count, seed) => {
    const dice = makeDice(seed);
    const done = Object.fromEntries(names.map((name) => [name, 0]));
    for (let turn = 1; turn <= count; turn++) {
      const name = dice.pick(names);
      acts[name](dice);
      done[name]++;
      if (turn % PER_FRAME === 0) await new Promise(requestAnimationFrame);
    }
    await new Promise((resolve) => setTimeout(resolve, LATE));
    return done;
  };
}

/** Return what X does with a column of rows; `make` makes another one by chance. */
export function actsOnRows(column, make) {
  const parked = [];
  const rows = () => [...column.children];
  const place = (dice, row) => {
    column.insertBefore(row, dice.pick([...rows(), null]));
  };
  return {
    insert(dice) {
      place(dice, make(dice));
      if (rows().length > ROWS.most) column.lastChild.remove();
    },
    remove: (dice) => {
      if (rows().length > ROWS.fewest) dice.pick(rows()).remove();
    },
    move: (dice) => {
      place(dice, dice.pick(rows()));
    },
    /** A row out of sight leaves the page and comes back, with whatever was put into it. */
    park(dice) {
      if (parked.length > 0) place(dice, parked.pop());
      else if (rows().length > ROWS.fewest)
        parked.push(column.removeChild(dice.pick(rows())));
    },
    /** Another page in the same column, without loading one. */
    navigate(dice) {
      history.pushState({}, "", dice.pick(PATHS));
      column.replaceChildren(...Array.from({ length: 8 }, () => make(dice)));
    },
  };
}

/** Fill a card that has just opened `late` (ms), unless it was closed or opened for another person meanwhile. */
export function fillLate(card, late, fill) {
  card.replaceChildren();
  const opened = (card.dataset.opened = String(
    Number(card.dataset.opened ?? 0) + 1,
  ));
  setTimeout(() => {
    if (card.isConnected && card.dataset.opened === opened) fill();
  }, late);
}
