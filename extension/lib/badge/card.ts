// The popover of a badge: accounts, grade, evidence, state, and Follow, which asks by name before anything is done.
import type { BadgeAccountView, BadgeView } from "../page-messages";
import { make } from "./dom";
import { onPress } from "./silence";

/** What a popover can have done. */
export interface CardActs {
  /** Follow the person's account on Bluesky; gives what went wrong in a sentence, or "". */
  follow: (view: BadgeView) => Promise<string>;
  /** Open the tab where one signs in. */
  signIn: () => void;
  close: () => void;
}

// A second press of a double click, or a page that moves things under the finger, must not answer the question.
const UNHURRIED = 400; // ms

/** Fill `card` with what is known about a person. */
export function fillCard(card: HTMLElement, view: BadgeView, acts: CardActs): void {
  card.lang = view.language;
  card.dir = view.direction;
  const title = make("h2", { id: "title" }, make("bdi", {}, view.name));
  const close = make("button", { type: "button", class: "close", "aria-label": view.words.close }, "×");
  onPress(close, acts.close);
  card.replaceChildren(
    make("div", { class: "head" }, title, close),
    make("p", { class: "grade" }, view.grade_why),
    ...view.notes.map((note) => make("p", { class: "note" }, note)),
    make("ul", {}, ...view.accounts.map((account) => makeAccount(card, view, account, acts))),
    ...makeSources(view),
  );
}

function makeAccount(card: HTMLElement, view: BadgeView, account: BadgeAccountView, acts: CardActs): HTMLLIElement {
  const network = make("span", { class: "network" }, account.network_name);
  const address = make("bdi", { class: "address", dir: "ltr" }, account.address);
  const state = make("span", { class: "state", role: "status" }, account.state_text);
  const buttons = make("span", { class: "buttons" }, state, ...makeLink(view, account), ...makeButton(card, view, account, acts));
  const error = account.error_text ? [make("p", { class: "error" }, account.error_text)] : [];
  return make("li", { class: `account ${account.network}` }, make("span", {}, network, address), buttons, ...error);
}

function makeLink(view: BadgeView, { url, open_label }: BadgeAccountView): HTMLElement[] {
  const link = { class: "press quiet open", href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": open_label };
  return url ? [make("a", link, view.words.open)] : [];
}

function makeButton(card: HTMLElement, view: BadgeView, account: BadgeAccountView, acts: CardActs): HTMLElement[] {
  if (!account.action) return [];
  const button = make("button", { type: "button", class: `press ${account.action}`, "aria-label": account.action_label }, account.action_text);
  onPress(button, account.action === "follow" ? () => { askFirst(card, view, account, acts); } : acts.signIn);
  return [button];
}

// The question takes the accounts' place, so that one sees nothing else while answering it.
function askFirst(card: HTMLElement, view: BadgeView, account: BadgeAccountView, acts: CardActs): void {
  const asked = performance.now();
  const yes = make("button", { type: "button", class: "press yes" }, view.words.yes);
  const cancel = make("button", { type: "button", class: "press quiet cancel" }, view.words.cancel);
  const error = make("p", { class: "error", role: "alert" });
  const question = make("p", { class: "question", id: "question" }, account.question);
  onPress(cancel, () => { fillCard(card, view, acts); });
  onPress(yes, () => {
    if (yes.disabled || performance.now() - asked < UNHURRIED) return;
    yes.disabled = cancel.disabled = true;
    yes.textContent = view.words.asking;
    error.textContent = "";
    void acts.follow(view).then((sentence) => {
      error.textContent = sentence;
      yes.disabled = cancel.disabled = false;
      yes.textContent = view.words.yes;
    });
  });
  card.querySelector("ul")?.replaceWith(make("div", { class: "asking", role: "group", "aria-labelledby": "question" }, question, make("div", { class: "buttons" }, cancel, yes), error));
  cancel.focus();
}

function makeSources(view: BadgeView): HTMLElement[] {
  if (view.sources.length === 0) return [];
  const items = view.sources.map(({ text, url }) =>
    make("li", {}, text, ...(url ? [" ", make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, view.words.see)] : [])),
  );
  return [make("details", { class: "sources" }, make("summary", {}, view.words.sources), make("ul", {}, ...items))];
}
