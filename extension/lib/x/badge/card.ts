// The popover of a badge: accounts, grade, evidence, state, and Follow, which asks by name before anything is done.
import type { BadgeAccountView, BadgeView, Looked, ProfileView } from "../../messages/views";
import { make } from "./dom";
import { onPress } from "./event-shield";

/** What a popover can have done. */
export interface CardActs {
  /** Follow an account on Bluesky; gives what went wrong in a sentence, or "". */
  follow: (view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Unfollow an account; returns what went wrong in a sentence, or "". */
  undo: (view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Return for how many seconds more the follow of an account can be undone by the button that counts them. */
  secondsLeft: (account: BadgeAccountView) => number;
  /** Ask in a window of the extension whether to follow; gives what went wrong in a sentence, or "". */
  confirm: (view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Whether this browser can tell that the card is really visible: without that, the question stands elsewhere. */
  canAskHere: boolean;
  /** Whether the card has been visible, uncovered, long enough to be read. */
  isSeen: () => boolean;
  /** Load an account's profile, and fill the card again with what came of it. */
  look: (view: BadgeView, account: BadgeAccountView) => Promise<void>;
  /** Open the page that follows from the person's own server; gives what went wrong in a sentence, or "". */
  fromServer: (view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Open the tab where one signs in. */
  signIn: () => void;
  close: () => void;
}

// A second press of a double click, or a page that moves things under the finger, must not answer the question.
const UNHURRIED = 400; // ms
const SECOND = 1_000; // ms

/** What was loaded, by `keyOf` its account. */
export type LookedAt = ReadonlyMap<string, Looked>;

export function keyOf({ network, address }: BadgeAccountView): string {
  return `${network} ${address}`;
}

/** Make an empty card. What is said in it has its place before it is said: a new live region is not read aloud. */
export function makeCard(): HTMLElement {
  return make(
    "div",
    { class: "card", popover: "manual", role: "dialog", "aria-labelledby": "title", tabindex: "-1" },
    make("div", { class: "content" }),
    make("p", { class: "said", role: "status" }),
  );
}

/** Have a sentence read aloud. */
export function sayIn(card: HTMLElement, text: string): void {
  const said = card.querySelector(".said");
  if (said) said.textContent = text;
}

/** Fill `card` with what is known about a person. */
export function fillCard(card: HTMLElement, view: BadgeView, looked: LookedAt, acts: CardActs): void {
  card.lang = view.language;
  card.dir = view.direction;
  const title = make("h2", { id: "title" }, make("bdi", {}, view.name));
  const close = make("button", { type: "button", class: "close", "aria-label": view.words.close }, "×");
  onPress(close, acts.close);
  const filling = { card, view, looked, acts, filledAt: performance.now() };
  card
    .querySelector(".content")
    ?.replaceChildren(
      make("div", { class: "head" }, title, close),
      make("p", { class: "grade" }, view.grade_why),
      ...view.notes.map((note) => make("p", { class: "note" }, note)),
      make("ul", {}, ...view.accounts.map((account) => makeAccount(filling, account))),
      ...makeSources(view),
    );
}

/** All that one filling of a card is made of. */
interface Filling {
  readonly card: HTMLElement;
  readonly view: BadgeView;
  readonly looked: LookedAt;
  readonly acts: CardActs;
  readonly filledAt: number; // performance.now()
}

function makeAccount(filling: Filling, account: BadgeAccountView): HTMLLIElement {
  const { profile, error_text } = filling.looked.get(keyOf(account)) ?? {
    profile: null,
    error_text: account.error_text,
  };
  const network = make("span", { class: "network" }, account.network_name);
  const address = make("bdi", { class: "address", dir: "ltr" }, account.address);
  const standing = make("span", { class: `standing ${account.standing}` }, account.standing_text);
  const state = make("span", { class: "state", role: "status" }, account.state_text);
  const error = make("p", { class: "error", role: "alert" }, error_text);
  const asks = make("p", { class: "asks" }, account.look_asks);
  const looking = profile ? [] : [makeLookButton(filling, account, state)];
  const buttons = make(
    "span",
    { class: "buttons" },
    state,
    ...makeLink(filling.view, account),
    ...looking,
    ...makeFromServer(filling, account, error),
    ...makeButton(filling, account, error),
  );
  const as = account.follows_as ? [make("p", { class: "asks as" }, account.follows_as)] : [];
  const below = profile ? [...as, makeProfile(profile)] : [...as, asks];
  return make(
    "li",
    { class: `account ${account.network}` },
    make("span", { class: "who" }, network, address, standing),
    buttons,
    ...below,
    error,
  );
}

// Which pictures a person looks at is private: nothing is loaded before this press, which names the server that is asked.
function makeLookButton(
  { view, acts }: Filling,
  account: BadgeAccountView,
  state: HTMLElement,
): HTMLButtonElement {
  const kind = account.action === "check" ? "check" : "look quiet";
  const description = {
    "aria-label": account.look_label,
    "aria-description": account.look_asks,
    title: account.look_asks,
  };
  const button = make(
    "button",
    { type: "button", class: `press ${kind}`, ...description },
    account.look_text,
  );
  onPress(button, () => {
    if (button.disabled) return;
    button.disabled = true;
    state.textContent = view.words.asking;
    void acts.look(view, account);
  });
  return button;
}

function makeProfile({ picture, name, description, notes }: ProfileView): HTMLElement {
  const image = picture ? [make("img", { src: picture, alt: "", width: "44", height: "44" })] : [];
  const text = description ? [make("p", { class: "description", dir: "auto" }, description)] : [];
  const said = notes.map((note) => make("p", { class: "asks" }, note));
  return make(
    "div",
    { class: "profile" },
    ...image,
    make("div", {}, make("bdi", { class: "address" }, name), ...text, ...said),
  );
}

function makeLink(view: BadgeView, { url, open_label }: BadgeAccountView): HTMLElement[] {
  const link = {
    class: "press quiet open",
    href: url,
    target: "_blank",
    rel: "noopener noreferrer",
    "aria-label": open_label,
  };
  return url ? [make("a", link, view.words.open)] : [];
}

function makeButton(filling: Filling, account: BadgeAccountView, error: HTMLElement): HTMLElement[] {
  if (account.action === "undo") return [makeUndoButton(filling, account, error)];
  if (account.action !== "follow" && account.action !== "sign_in") return [];
  const second = account.is_second ? " quiet" : "";
  const button = make(
    "button",
    { type: "button", class: `press ${account.action}${second}`, "aria-label": account.action_label },
    account.action_text,
  );
  onPress(button, () => {
    if (button.disabled) return;
    if (account.action === "sign_in") filling.acts.signIn();
    else if (!filling.acts.canAskHere) askElsewhere(filling, account);
    else if (isReady(filling) && account.is_sure)
      pressed(button, error, filling, () => filling.acts.follow(filling.view, account));
    else askFirst(filling, account);
  });
  return [button];
}

function makeFromServer(filling: Filling, account: BadgeAccountView, error: HTMLElement): HTMLElement[] {
  if (!account.from_server_text) return [];
  const button = make(
    "button",
    { type: "button", class: "press quiet from-server" },
    account.from_server_text,
  );
  onPress(button, () => {
    if (!button.disabled)
      pressed(button, error, filling, () => filling.acts.fromServer(filling.view, account));
  });
  return [button];
}

// The card was provably visible, and as it is now, long enough to be read.
function isReady({ filledAt, acts }: Filling): boolean {
  return performance.now() - filledAt >= UNHURRIED && acts.isSeen();
}

// Counts the seconds down first; then the same press unfollows what Passerelle followed at any time.
function makeUndoButton(filling: Filling, account: BadgeAccountView, error: HTMLElement): HTMLElement {
  const { view, acts, filledAt } = filling;
  const button = make("button", { type: "button", class: "press quiet undo" });
  const number = new Intl.NumberFormat(view.language);
  const paint = () => {
    const seconds = acts.secondsLeft(account);
    button.textContent =
      seconds > 0 ? `${account.undo_text} (${number.format(seconds)})` : account.action_text;
    button.classList.toggle("counting", seconds > 0);
    button.setAttribute("aria-label", seconds > 0 ? account.undo_label : account.action_label);
    if (seconds > 0)
      setTimeout(() => {
        if (button.isConnected && !button.disabled) paint();
      }, SECOND);
  };
  paint();
  onPress(button, () => {
    if (button.disabled || performance.now() - filledAt < UNHURRIED) return;
    pressed(button, error, filling, () => acts.undo(view, account));
  });
  return button;
}

// When all went well the card has been filled anew meanwhile.
function pressed(
  button: HTMLButtonElement,
  error: HTMLElement,
  { view }: Filling,
  act: () => Promise<string>,
): void {
  const text = button.textContent;
  button.disabled = true;
  button.textContent = view.words.asking;
  error.textContent = "";
  void act().then((sentence) => {
    error.textContent = sentence;
    button.disabled = false;
    button.textContent = text;
  });
}

// The page could cover the card with something else (clickjacking), and make its own clicks answer the question.
function askElsewhere({ card, view, looked, acts }: Filling, account: BadgeAccountView): void {
  const status = make("p", { class: "question", role: "status" }, view.words.confirm);
  const back = make("button", { type: "button", class: "press quiet cancel" }, view.words.cancel);
  onPress(back, () => {
    fillCard(card, view, looked, acts);
  });
  const asking = make("div", { class: "asking" }, status, make("div", { class: "buttons" }, back));
  card.querySelector("ul, .asking")?.replaceWith(asking);
  back.focus();
  void acts.confirm(view, account).then((sentence) => {
    if (sentence) status.textContent = sentence;
  });
}

// The question takes the accounts' place, so that one sees nothing else while answering it.
function askFirst(filling: Filling, account: BadgeAccountView): void {
  const { card, view, looked, acts } = filling;
  const asked = performance.now();
  const yes = make("button", { type: "button", class: "press yes" }, view.words.yes);
  const cancel = make("button", { type: "button", class: "press quiet cancel" }, view.words.cancel);
  const error = make("p", { class: "error", role: "alert" });
  const question = make("p", { class: "question", id: "question" }, account.question);
  onPress(cancel, () => {
    fillCard(card, view, looked, acts);
  });
  onPress(yes, () => {
    if (yes.disabled || performance.now() - asked < UNHURRIED) return;
    if (!acts.isSeen()) {
      askElsewhere(filling, account);
      return;
    }
    pressed(yes, error, filling, () => acts.follow(view, account));
  });
  card
    .querySelector("ul")
    ?.replaceWith(
      make(
        "div",
        { class: "asking", role: "group", "aria-labelledby": "question" },
        question,
        make("div", { class: "buttons" }, cancel, yes),
        error,
      ),
    );
  cancel.focus();
}

function makeSources(view: BadgeView): HTMLElement[] {
  if (view.sources.length === 0) return [];
  const items = view.sources.map(({ text, url }) =>
    make(
      "li",
      {},
      text,
      ...(url
        ? [" ", make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, view.words.see)]
        : []),
    ),
  );
  return [
    make("details", { class: "sources" }, make("summary", {}, view.words.sources), make("ul", {}, ...items)),
  ];
}
