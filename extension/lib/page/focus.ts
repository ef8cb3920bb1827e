// Where the focus goes when the button that had it is gone.

/** Move the focus from the body to the start of the page's content, so that keyboard users go on there. */
export function keepFocus(): void {
  if (document.activeElement === document.body)
    document.querySelector("main")?.focus({ preventScroll: true });
}
