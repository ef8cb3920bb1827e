// A virtual list: only people in sight are in the page, in a fixed number of nodes that are used again and again.

const ROW_HEIGHT = 72; // px
const SPARE = 6; // rows beyond those in sight

/**
 * Fill `column` with `list`: `make` makes a row for a person, `show` shows another one in it. It scrolls with `box`, else with the
 * window. Returns an act that scrolls somewhere by chance.
 */
export function fillVirtual(
  column,
  list,
  { make, show, box = document.documentElement },
) {
  column.style.cssText = `position: relative; min-height: ${list.length * ROW_HEIGHT}px`;
  const rows = list
    .slice(0, Math.ceil(box.clientHeight / ROW_HEIGHT) + SPARE)
    .map(make);
  for (const row of rows)
    row.style.cssText = `position: absolute; width: 100%; height: ${ROW_HEIGHT}px; overflow: hidden`;
  column.append(...rows);
  const start =
    column.getBoundingClientRect().top - box.getBoundingClientRect().top;
  const render = () => {
    const inSight = Math.floor((box.scrollTop - start) / ROW_HEIGHT);
    const first = Math.max(
      0,
      Math.min(list.length - rows.length, inSight - SPARE / 2),
    );
    for (let at = first; at < first + rows.length; at++) {
      const row = rows[at % rows.length];
      if (row.dataset.at === String(at)) continue;
      row.dataset.at = String(at);
      row.style.transform = `translateY(${at * ROW_HEIGHT}px)`;
      show(row, list[at]);
    }
  };
  const source = box === document.documentElement ? window : box;
  source.addEventListener("scroll", () => requestAnimationFrame(render), {
    passive: true,
  });
  render();
  return (dice) => {
    box.scrollTo(0, dice.below(box.scrollHeight));
  };
}
