// The look of badge and popover. Only inside our shadow roots, so neither X's styles nor ours can reach the other.

// 16 px of mark in 0 px of room: the negative margins keep a badge from ever making a row taller (X measures its rows).
const MARK_SIZE = 16;
// Room for three signs. Every badge has this width, whatever is in it: the page can measure a badge, and must not learn from
// that on which networks a person is or whether they are followed.
const MARK_WIDTH = 46;
// Phones: X's name line has no room to spare there, and shrinks names for whatever is added. So in a line that also shows
// name and time, a badge lies over the dot between @name and time (its box in X: 12 px), or over the end of the @name.
const PHONE = "(max-width: 500px)"; // X's own limit below which it shows one column
const SMALL_WIDTH = 12;
const FINGER = 5; // px around the mark that take a press too
/** The gap that the row of a badge puts before it, where it lies over the end of the @name. */
export const GAP = "--passerelle-gap";

/** What every badge needs. */
export const MARK_STYLE = `
:host {
  all: initial !important;
  display: inline-flex !important;
  flex: none !important;
  inline-size: ${MARK_WIDTH}px !important;
  block-size: ${MARK_SIZE}px !important;
  align-self: center !important;
  vertical-align: middle !important;
  margin-block: ${-MARK_SIZE / 2}px !important;
  margin-inline-start: 4px !important;
  visibility: visible !important;
  --ink: #0f1419; --quiet: #536471; --paper: #fff; --line: #cfd9de; --hover: #eff3f4;
  --accent: #0b5cd5; --on-accent: #fff; --warning: #a33a00;
}
:host([data-theme="dark"]) {
  --ink: #e7e9ea; --quiet: #9aa4ad; --paper: #16181c; --line: #3a4046; --hover: #24282d;
  --accent: #78b2ff; --on-accent: #04162e; --warning: #ffb27a;
}
@media ${PHONE} {
  :host([data-line]) { inline-size: ${SMALL_WIDTH}px !important; margin-inline: 0 ${-SMALL_WIDTH}px !important; position: relative !important; z-index: 1 !important; }
  :host([data-line="end"]) { margin-inline: calc(${-SMALL_WIDTH}px - var(${GAP}, 0px)) 0 !important; }
}
* { box-sizing: border-box; }
button, a { font: inherit; color: inherit; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
/* Room for a finger (WCAG 2.2, 2.5.8: 24 px) without room in the row: a transparent border around the visible mark. A pseudo-element would have to be
   positioned, and each positioned element costs the page a paint layer. */
.mark {
  display: flex; align-items: center; justify-content: center; gap: 3px; flex: 1; line-height: 0; padding: 0;
  margin: ${-FINGER}px; border: ${FINGER}px solid transparent; border-radius: ${8 + FINGER}px;
  background: transparent padding-box; color: var(--accent); box-shadow: inset 0 0 0 1.5px var(--accent);
}
.mark.sure { background-color: var(--accent); color: var(--on-accent); }
.mark svg { flex: none; block-size: 11px; inline-size: 11px; fill: currentColor; stroke: currentColor; stroke-width: 0; }
/* Only their own profile says so: dashed border, hollow signs. */
.mark.hinted { box-shadow: none; outline: 1.5px dashed var(--accent); outline-offset: ${-FINGER - 1.5}px; }
.mark.hinted svg { fill: none; stroke-width: 2px; }
/* Inside the mark: X cuts off what stands over the edge of its lines. */
.mark:focus-visible { outline: 2px solid var(--ink); outline-offset: ${-FINGER - 3.5}px; }
.mark.sure:focus-visible { outline-color: var(--on-accent); }
@media ${PHONE} {
  :host([data-line]) .mark {
    margin: 0; border: 1px solid var(--accent); border-radius: 6px; box-shadow: none; background: var(--paper); position: relative;
  }
  :host([data-line]) .mark.sure { background: var(--accent); }
  :host([data-line]) .mark.hinted { border-style: dashed; outline: none; }
  :host([data-line]) .mark:focus-visible { outline: 2px solid var(--ink); outline-offset: -2.5px; }
  :host([data-line]) .mark.sure:focus-visible { outline-color: var(--on-accent); }
  /* Room for a finger on the side of the @name only, so that the time keeps its own. */
  :host([data-line]) .mark::after { content: ""; position: absolute; inset-block: ${-FINGER}px; inset-inline: ${SMALL_WIDTH - 24}px 0; }
  /* One sign: the tick, or else the first network. */
  :host([data-line]) .mark svg { block-size: 9px; inline-size: 9px; display: none; }
  :host([data-line]) .mark:not(:has(.followed)) svg:first-child, :host([data-line]) .mark .followed { display: block; }
}
/* Forced colours show every border, and no shadow. */
@media (forced-colors: active) {
  .mark { margin: 0; border: 1.5px solid ButtonText; border-radius: 8px; color: ButtonText; }
  .mark.hinted { border-style: dashed; }
  .mark.hinted:not(:focus-visible) { outline: none; }
  .mark:focus-visible { outline-offset: -3.5px; }
  .mark.sure { forced-color-adjust: none; border-color: var(--accent); box-shadow: none; }
}
`;

/** What a badge needs once its popover was opened. */
export const CARD_STYLE = `
.card {
  position: fixed; inset: auto; margin: 0; padding: 12px 14px; inline-size: max-content; max-inline-size: min(340px, calc(100vw - 16px));
  max-block-size: calc(100vh - 16px); overflow: auto;
  border: 1px solid var(--line); border-radius: 14px; background: var(--paper); color: var(--ink);
  box-shadow: 0 6px 24px rgb(0 0 0 / 25%); cursor: auto; white-space: normal; text-align: start; overflow-wrap: anywhere;
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.card:focus { outline: none; }
.card h2 { margin: 0; font-size: 15px; font-weight: 700; }
.head { display: flex; align-items: start; gap: 8px; }
.head h2 { flex: 1; }
.close { flex: none; inline-size: 28px; block-size: 28px; margin: -4px; border: 0; border-radius: 14px; background: none; color: var(--quiet); font-size: 18px; line-height: 1; }
.close:hover, .quiet:hover { background: var(--hover); }
.grade, .note, .sources { margin: 4px 0 0; font-size: 13px; color: var(--quiet); }
.state { font-size: 13px; color: var(--quiet); }
.note, .error { color: var(--warning); }
.error:empty { display: none; }
.said { position: absolute; inline-size: 1px; block-size: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
.undo { font-variant-numeric: tabular-nums; }
.error { margin: 6px 0 0; font-size: 13px; }
.standing { display: block; font-size: 12px; color: var(--quiet); }
.asks { margin: 0; font-size: 12px; color: var(--quiet); }
.profile { display: flex; gap: 10px; align-items: start; padding: 8px; border: 1px solid var(--line); border-radius: 10px; }
.profile > div { min-inline-size: 0; }
.profile img { flex: none; inline-size: 44px; block-size: 44px; border-radius: 50%; object-fit: cover; }
.description { margin: 2px 0; font-size: 13px; unicode-bidi: isolate; }
ul { list-style: none; margin: 8px 0 0; padding: 0; display: grid; gap: 8px; }
.account { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 6px 12px; }
.account .network { display: block; font-size: 12px; color: var(--quiet); }
.account .who, .account .error, .account .asks, .profile { flex-basis: 100%; margin: 0; }
.address { font-weight: 600; unicode-bidi: isolate; }
.buttons { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; justify-content: end; margin-inline-start: auto; }
.press { padding: 5px 14px; border: 1px solid var(--accent); border-radius: 16px; background: var(--accent); color: var(--on-accent); font-weight: 700; font-size: 13px; }
.quiet { border-color: var(--line); background: none; color: var(--ink); text-decoration: none; }
.question { margin: 10px 0 0; font-weight: 600; }
.press[disabled] { opacity: 0.6; cursor: default; }
.sources summary { cursor: pointer; }
.sources ul { margin-top: 4px; gap: 2px; }
`;
