// The small mark behind an @name: one sign per network, filled when the directory is sure, dashed when only a profile says so.
import type { BadgeMark, Grade, Network } from "../../messages/views";
import { isFollowed } from "../../rules/accounts";
import { make, makeSvg } from "./dom";

// Our own drawings in a square of 24: a butterfly for Bluesky, five linked points for the fediverse, a tick for "followed".
const SIGNS: Record<Network | "followed", string> = {
  bluesky:
    "M12 12.2C10.6 7.6 5.4 3.6 2.4 4.1.9 4.4 1.5 9.6 3 12.3c1 1.8 3.4 2.2 5.2 1.8-3 .9-4.4 2.6-2.9 4.8 2.2 3.2 5.4 1 6.7-3.4 1.3 4.4 4.5 6.6 6.7 3.4 1.5-2.2.1-3.9-2.9-4.8 1.8.4 4.2 0 5.2-1.8 1.5-2.7 2.1-7.9.6-8.2-3-.5-8.2 3.5-9.6 8.1z",
  fediverse:
    "M12 1.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM3.9 8.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zm16.2 0a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM7.2 16.6a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zm9.6 0a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4z",
  followed: "M9.6 19.3 2.7 12.4l2.6-2.6 4.3 4.3 9.1-9.1 2.6 2.6z",
};

const LOOKS: Readonly<Record<Grade, string>> = {
  proven: "mark sure",
  attested: "mark sure",
  imported: "mark",
  claimed: "mark",
  confirmed: "mark",
  linked: "mark",
  hinted: "mark hinted",
};

/** The mark: a button, read aloud as the label of what it shows. */
export class Mark {
  readonly button = make("button", {
    class: "mark",
    type: "button",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
  });
  #look = "mark";
  #signs = "";

  /** Show a person's networks, grade and whether they are followed already. What stays the same is not touched. */
  show({ label, grade, accounts }: BadgeMark): void {
    const look = LOOKS[grade];
    if (this.#look !== look) this.button.className = this.#look = look;
    this.button.setAttribute("aria-label", label);
    this.button.title = label;
    const names = new Set<keyof typeof SIGNS>(accounts.map(({ network }) => network));
    if (isFollowed(accounts)) names.add("followed");
    const signs = [...names].join();
    if (this.#signs === signs) return;
    this.#signs = signs;
    this.button.replaceChildren(...[...names].map(sign));
  }
}

const drawn = new Map<string, SVGElement>();

// Drawn once and then copied.
function sign(name: keyof typeof SIGNS): Node {
  const known = drawn.get(name) ?? draw(name);
  drawn.set(name, known);
  return known.cloneNode(true);
}

function draw(name: keyof typeof SIGNS): SVGElement {
  return makeSvg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true", class: name },
    makeSvg("path", { d: SIGNS[name] }),
  );
}
