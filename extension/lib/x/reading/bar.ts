// The small bar at the foot of X's page while a list is being read: how far it is, what to do, and how to end it.
import { make } from "../badge/dom";
import { onPress, silence } from "../badge/event-shield";
import { themeOf } from "../badge/theme";
import type { ReadingView } from "../../messages/views";

export interface BarActs {
  /** The way to the person's own list. */
  address: () => string | null;
  /** The person says that this is the end of the list, or that it be stopped. */
  end: (isComplete: boolean) => void;
}

const STYLE = `
:host {
  all: initial !important; position: fixed !important; inset-block-end: 12px !important; inset-inline: 0 !important; z-index: 2147483000 !important;
  display: flex !important; justify-content: center !important; pointer-events: none !important;
  --ink: #0f1419; --quiet: #536471; --paper: #fff; --line: #cfd9de; --accent: #0b5cd5; --on-accent: #fff;
}
:host([data-theme="dark"]) { --ink: #e7e9ea; --quiet: #9aa4ad; --paper: #16181c; --line: #3a4046; --accent: #78b2ff; --on-accent: #04162e; }
.bar {
  box-sizing: border-box; pointer-events: auto; display: grid; grid-template-columns: 1fr auto; gap: 4px 12px; align-items: center;
  inline-size: min(440px, calc(100vw - 24px)); padding: 10px 14px; border: 1px solid var(--line); border-radius: 14px;
  background: var(--paper); color: var(--ink); box-shadow: 0 6px 24px rgb(0 0 0 / 25%); text-align: start;
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.title { margin: 0; font-weight: 700; }
.hint { margin: 0; grid-column: 1 / -1; font-size: 13px; color: var(--quiet); }
progress { grid-column: 1 / -1; inline-size: 100%; block-size: 6px; accent-color: var(--accent); }
.acts { display: flex; gap: 8px; align-items: center; }
button, a { font: inherit; font-size: 13px; font-weight: 700; cursor: pointer; padding: 4px 12px; border: 1px solid var(--accent); border-radius: 16px;
  background: var(--accent); color: var(--on-accent); text-decoration: none; }
.quiet { border-color: var(--line); background: none; color: var(--ink); }
button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;

/** Marks our node in the page. */
const ATTRIBUTE = "data-passerelle-reading";

export class Bar {
  readonly #host = make("div", { [ATTRIBUTE]: "" });
  readonly #bar = make("section", { class: "bar" });
  readonly #progress = make("p", { class: "title", role: "status" });
  readonly #meter = make("progress");
  #shown = "";

  constructor(private readonly acts: BarActs) {
    const root = this.#host.attachShadow({ mode: "closed" });
    root.append(make("style", {}, STYLE), this.#bar);
    silence(this.#host, root);
  }

  show(view: ReadingView): void {
    for (const stray of document.querySelectorAll(`[${ATTRIBUTE}]`)) if (stray !== this.#host) stray.remove();
    if (!this.#host.isConnected) document.body.append(this.#host);
    this.#host.dataset.theme = themeOf(document);
    this.#frame(view, this.acts.address());
    // What changes at every part is changed in place: a screen reader then says the new text, and no button loses its focus.
    if (this.#progress.textContent !== view.progress) this.#progress.textContent = view.progress;
    if (view.total !== null) [this.#meter.max, this.#meter.value] = [Math.max(view.total, 1), view.read];
  }

  #frame(view: ReadingView, address: string | null): void {
    const shown = JSON.stringify([{ ...view, progress: "", read: 0, total: view.total === null }, address]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    for (const [name, value] of [
      ["lang", view.language],
      ["dir", view.direction],
      ["aria-label", view.title],
    ] as const)
      this.#bar.setAttribute(name, value);
    this.#meter.setAttribute("aria-label", view.title);
    if (view.total === null) this.#meter.removeAttribute("value");
    this.#bar.replaceChildren(
      this.#progress,
      make("div", { class: "acts" }, ...this.#buttons(view, address)),
      ...(view.end === null ? [] : [this.#meter]),
      make("p", { class: "hint" }, view.hint),
    );
  }

  remove(): void {
    this.#shown = "";
    this.#host.remove();
  }

  #buttons(view: ReadingView, address: string | null): Node[] {
    const link = view.link !== null && address !== null ? [make("a", { href: address }, view.link)] : [];
    const end = view.link === null && view.end !== null ? [this.#button("end", view.end, true)] : [];
    return [...link, ...end, this.#button("close quiet", view.close, false)];
  }

  #button(look: string, text: string, isComplete: boolean): HTMLButtonElement {
    const button = make("button", { type: "button", class: look }, text);
    onPress(button, () => {
      this.acts.end(isComplete);
    });
    return button;
  }
}
