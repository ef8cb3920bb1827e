// Which folded parts of a page the person has opened or closed: they stay so when the page is laid out anew.
import type { Attachment } from "svelte/attachments";

export class Folds {
  private readonly chosen = new Map<string, boolean>();

  /** Attach to the `<details>` called `name`: it is shown as the person left it, or as it is where they never touched it. */
  keep(name: string): Attachment<HTMLDetailsElement> {
    return (details) => {
      details.open = this.chosen.get(name) ?? details.open;
      // The click comes before it opens or closes; a key on the summary is a click, too.
      const note = ({ target }: MouseEvent): void => {
        const summary = target instanceof Element ? target.closest("summary") : null;
        if (summary?.parentElement === details) this.chosen.set(name, !details.open);
      };
      details.addEventListener("click", note);
      return () => {
        details.removeEventListener("click", note);
      };
    };
  }

  /** Return whether the person has opened a part. */
  hasOpened(name: string): boolean {
    return this.chosen.get(name) === true;
  }

  /** Open a part the next time it is shown. */
  open(name: string): void {
    this.chosen.set(name, true);
  }
}
