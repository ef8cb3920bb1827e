// Keeps the keyboard's place when the element that has the focus goes away: a button that gives way to what it started.

const WATCHED = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden"] };

/**
 * Keep the focus in `root`: when the element that has it is removed, disabled or hidden, the nearest element around it that
 * takes the focus (`tabindex`) gets it. Returns the function that stops this.
 */
export function keepFocusWithin(root: HTMLElement): () => void {
  let path: HTMLElement[] = []; // the element that had the focus last, and those around it
  const note = ({ target }: FocusEvent): void => {
    path = target instanceof HTMLElement ? pathOf(target, root) : [];
  };
  const observer = new MutationObserver(() => {
    if (!hasLost(path[0])) return;
    const next = path.find((one) => one.isConnected && one.hasAttribute("tabindex"));
    next?.focus({ preventScroll: true });
  });
  root.addEventListener("focusin", note);
  observer.observe(root, WATCHED);
  return () => {
    root.removeEventListener("focusin", note);
    observer.disconnect();
  };
}

function pathOf(element: HTMLElement, root: HTMLElement): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let one: HTMLElement | null = element; one && root.contains(one); one = one.parentElement)
    path.push(one);
  return path;
}

// Browsers move the focus of a disabled or hidden element to the body only when they next paint.
function hasLost(element: HTMLElement | undefined): boolean {
  const now = document.activeElement;
  if (!element || (now !== document.body && now !== element)) return false;
  return !element.isConnected || element.matches(":disabled") || element.closest("[hidden]") !== null;
}

/** Move the focus from the body to the start of the page's content, so that keyboard users go on there. */
export function keepFocus(): void {
  if (document.activeElement === document.body)
    document.querySelector("main")?.focus({ preventScroll: true });
}

/**
 * Move the focus to the heading of a page that was just opened, where a screen reader begins to read; to the start of the
 * content where there is none. A field of the new page that took the focus keeps it.
 */
export function focusHeading(): void {
  const main = document.querySelector("main");
  const now = document.activeElement;
  if (!main || (now !== main && main.contains(now))) return;
  const heading = main.querySelector("h1");
  if (heading) heading.tabIndex = -1;
  (heading ?? main).focus({ preventScroll: true });
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * Note which element in `root` has the focus, before the page is laid out anew. Returns the function that then gives the
 * focus to the element of the same kind and name, unfolding what it stands in.
 */
export function rememberFocus(root: HTMLElement): () => void {
  const before = document.activeElement;
  const page = root.closest("main");
  if (!page || !(before instanceof HTMLElement) || !page.contains(before)) return () => undefined;
  const name = nameOf(before);
  return () => {
    if (before.isConnected) return;
    const after = [...page.querySelectorAll<HTMLElement>(FOCUSABLE)].find((one) => nameOf(one) === name);
    if (!after) return;
    for (const fold of foldsAround(after)) fold.open = true;
    after.focus();
  };
}

function nameOf(element: HTMLElement): string {
  const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
  return [element.tagName, element.getAttribute("aria-label") ?? label ?? element.textContent]
    .join(" ")
    .trim();
}

function foldsAround(element: HTMLElement): HTMLDetailsElement[] {
  // A summary is shown also while what it belongs to is folded.
  const inside = element.tagName === "SUMMARY" ? element.parentElement : element;
  const around = inside?.parentElement?.closest("details");
  return around ? [around, ...foldsAround(around)] : [];
}
