// Keeps what happens on our nodes from X's own handlers, and takes only what a person really did.

// X listens on its root: a click would open the post behind a badge, a key would be taken for one of X's shortcuts, and
// pointing at a badge would open X's own card. "Out" events pass, so that X notices that its own parts were left.
const SILENCED = [
  ..."click dblclick auxclick mousedown mouseup mouseover pointerdown pointerup pointerover".split(" "),
  ..."touchstart touchend keydown keypress keyup input beforeinput".split(" "),
];

/** Stop events of `host` before the page's own listeners above it, and clicks that would open a card or link around it. */
export function silence(host: HTMLElement, root: ShadowRoot): void {
  for (const type of SILENCED) host.addEventListener(type, stopThere, PASSIVE);
  for (const type of ["click", "auxclick"]) root.addEventListener(type, keepClosed);
}

const PASSIVE = { passive: true };

function stopThere(event: Event): void {
  event.stopPropagation();
}

// Inside the shadow root the real target is known: only our own links and what unfolds keep what a click does by itself.
function keepClosed(event: Event): void {
  if (!(event.target instanceof Element && event.target.closest("a[href], summary"))) event.preventDefault();
}

/** Call `act` when a person presses `control` by mouse, touch or key; what a page's script does there is ignored. */
export function onPress(control: HTMLElement, act: () => void): void {
  control.addEventListener("click", (event) => {
    if (event.isTrusted) act();
  });
}
