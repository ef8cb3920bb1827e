// One badge: a span in X's page that holds, out of the page's reach, a mark and, once pressed, a popover.
import { makeOrder } from "../../async";
import type { NamedPerson } from "../../rules/keys";
import type { BadgeAccountView, BadgeMark, BadgeView, FollowState, Looked } from "../../messages/views";
import { type CardActs, fillCard, keyOf, makeCard, sayIn } from "./card";
import { addStyle, make } from "./dom";
import { Mark } from "./mark";
import { onPress, silence } from "./event-shield";
import { CAN_TELL_SIGHT, Sight } from "./sight";
import { gapOf, type Line } from "./place";
import { CARD_STYLE, GAP, MARK_STYLE } from "./style";
import type { Theme } from "./theme";

/** Marks our nodes in the page; its value is the X name the badge is about. */
export const BADGE_ATTRIBUTE = "data-passerelle-badge";

/** What badges can have done; the content script asks the background. */
export interface BadgeServices {
  /** Read again what is known, with the state of this moment; null when it could not be told. */
  refresh: (person: NamedPerson) => Promise<BadgeView | null>;
  /** Follow on Bluesky; gives what went wrong in a sentence, or "". */
  follow: (person: NamedPerson, view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Unfollow; returns what went wrong in a sentence, or "". `isSeen`: the card was provably visible to the person. */
  undo: (person: NamedPerson, view: BadgeView, account: BadgeAccountView, isSeen: boolean) => Promise<string>;
  /** Ask in a window of the extension whether to follow; gives what went wrong in a sentence, or "". */
  confirm: (person: NamedPerson, view: BadgeView, account: BadgeAccountView) => Promise<string>;
  /** Load an account's profile; its network is asked. */
  look: (person: NamedPerson, view: BadgeView, account: BadgeAccountView) => Promise<Looked>;
  signIn: () => Promise<void>;
  /** Open the page that follows from the person's own server; gives what went wrong in a sentence, or "". */
  fromServer: (person: NamedPerson, view: BadgeView, account: BadgeAccountView) => Promise<string>;
}

const DISTANCE = 6; // px between mark and popover
const SEEN = 300; // ms that a card has to be visible, and in one place, before a press in it follows
const WAIT = 1_000; // ms between two looks at what came of a question in a window of the extension
const UNDO = 8_000; // ms in which a follow is undone by the button that counts them
const EDGE = 8; // px between popover and the window's edge

// An account is followed, or about to be unfollowed.
const HELD: ReadonlySet<FollowState> = new Set(["following", "requested", "leaving"]);

function saidOf({ state, state_text, followed_said, unfollowed_said }: BadgeAccountView): string {
  return { following: followed_said, none: unfollowed_said }[state as string] ?? state_text;
}

export class Badge {
  readonly host: HTMLSpanElement;
  readonly #root: ShadowRoot;
  readonly #mark = new Mark();
  readonly #services: BadgeServices;
  #card: HTMLElement | null = null;
  #sight: Sight | null = null; // of the open card
  #awaiting: ReturnType<typeof setInterval> | undefined; // while a window of the extension asks, or a follow is being undone
  #followed: { readonly key: string; readonly until: number } | null = null; // what can be undone until then (performance.now())
  #movedAt = 0; // performance.now() when the open card came to where it is
  #hasCardStyle = false;
  #person: NamedPerson | null = null;
  #shown: BadgeMark | null = null;
  #view: BadgeView | null = null; // of the open card
  #theme: Theme | null = null;
  readonly #asked = makeOrder();
  readonly #looked = new Map<string, Looked>(); // what was loaded while this popover is open

  constructor(services: BadgeServices) {
    this.#services = services;
    this.host = make("span", { [BADGE_ATTRIBUTE]: "" });
    // Closed: the page cannot look in, and events from inside tell it no target. No custom element: Chromium's isolated
    // world has no `customElements` (https://github.com/w3c/webextensions/issues/210).
    this.#root = this.host.attachShadow({ mode: "closed" });
    this.#root.append(this.#mark.button);
    addStyle(this.#root, MARK_STYLE);
    silence(this.host, this.#root);
    onPress(this.#mark.button, () => {
      if (this.#card) this.close();
      else void this.open();
    });
  }

  set theme(theme: Theme) {
    if (this.#theme !== theme) this.host.dataset.theme = this.#theme = theme;
  }

  /** What the badge covers on a phone (style.ts); null where its line has room. */
  set line(line: Line | null) {
    if ((this.host.dataset.line ?? null) === line) return;
    if (line) this.host.dataset.line = line;
    else delete this.host.dataset.line;
    const row = this.host.parentElement;
    this.host.style.setProperty(GAP, line === "end" && row ? gapOf(row) : null);
  }

  /** The @name that the badge is about; null before the first `show`. */
  get screenName(): string | null {
    return this.#person?.screenName ?? null;
  }

  /** Show `person`. A popover about another person is closed. */
  show(person: NamedPerson, shown: BadgeMark): void {
    if (this.screenName !== person.screenName) {
      this.close();
      this.#view = null;
      this.host.setAttribute(BADGE_ATTRIBUTE, person.screenName);
    }
    this.#person = person;
    if (this.#shown === shown) return;
    this.#shown = shown;
    this.#mark.show(shown);
  }

  /** Open the popover with what is known now. */
  async open(): Promise<void> {
    const about = this.screenName;
    const isKnown = await this.#refresh();
    if (!isKnown || this.#card || about !== this.screenName || !this.host.isConnected) return;
    const card = makeCard();
    this.#card = card;
    if (!this.#hasCardStyle) addStyle(this.#root, CARD_STYLE);
    this.#hasCardStyle = true;
    this.#root.append(card);
    this.#sight = new Sight(card);
    this.#fill();
    // The browser's top layer: no row of X's cuts it off. Not "auto", which would close it before a press on the mark does.
    card.showPopover();
    this.#mark.button.setAttribute("aria-expanded", "true");
    for (const [type, listener] of this.#whileOpen) addEventListener(type, listener, { capture: true });
    this.#place();
    card.focus({ preventScroll: true });
  }

  close(): void {
    const card = this.#card;
    if (!card) return;
    const hadFocus = this.#root.activeElement !== null;
    this.#card = this.#view = this.#followed = null;
    this.#sight?.stop();
    this.#sight = null;
    clearInterval(this.#awaiting);
    this.#looked.clear();
    for (const [type, listener] of this.#whileOpen) removeEventListener(type, listener, { capture: true });
    card.remove();
    this.#mark.button.setAttribute("aria-expanded", "false");
    if (hadFocus) this.#mark.button.focus({ preventScroll: true });
  }

  remove(): void {
    this.close();
    this.host.remove();
  }

  /** Read what the card shows; returns whether that could be told. */
  async #refresh(): Promise<boolean> {
    const person = this.#person;
    const isNewest = this.#asked();
    const view = person && (await this.#services.refresh(person));
    if (!view || person.screenName !== this.screenName) return false; // the badge is about another person now
    if (!isNewest()) return true; // what is shown was asked for later
    const isNews = JSON.stringify(view) !== JSON.stringify(this.#view);
    this.#view = view;
    this.show(person, view);
    // A question that is being read stays, and so does the keyboard focus on unchanged buttons.
    if (isNews && this.#card && !this.#card.querySelector(".asking")) this.#fill();
    return true;
  }

  /** Look until `isOver` the state of an account, and then say it. Ends with the card at the latest: a window may be closed unanswered. */
  #awaitState(account: BadgeAccountView, isOver: (state: FollowState) => boolean): void {
    clearInterval(this.#awaiting);
    this.#awaiting = setInterval(() => {
      void this.#refresh().then(() => {
        const now = this.#now(account);
        if (!now || !isOver(now.state)) return;
        clearInterval(this.#awaiting);
        this.#fill();
        this.#say(saidOf(now));
      });
    }, WAIT);
  }

  #now(account: BadgeAccountView): BadgeAccountView | undefined {
    return this.#view?.accounts.find((one) => keyOf(one) === keyOf(account));
  }

  #say(text: string): void {
    if (this.#card) sayIn(this.#card, text);
  }

  #fill(): void {
    if (!this.#card || !this.#view) return;
    const hadFocus = this.#card.contains(this.#root.activeElement);
    fillCard(this.#card, this.#view, this.#looked, this.#acts);
    const control = this.#followed && this.#card.querySelector<HTMLElement>(".counting");
    if (hadFocus) (control ?? this.#card).focus({ preventScroll: true });
    this.#place();
  }

  readonly #acts: CardActs = {
    follow: async (view, account) => {
      const person = this.#person;
      const sentence = person ? await this.#services.follow(person, view, account) : "";
      if (sentence) return sentence;
      this.#followed = { key: keyOf(account), until: performance.now() + UNDO };
      await this.#refresh();
      this.#fill();
      const now = this.#now(account);
      if (now) this.#say(saidOf(now));
      return "";
    },
    undo: async (view, account) => {
      const person = this.#person;
      const sentence = person ? await this.#services.undo(person, view, account, this.#isSeen) : "";
      if (sentence) return sentence;
      this.#followed = null;
      await this.#refresh();
      this.#fill();
      this.#awaitState(account, (state) => !HELD.has(state));
      return "";
    },
    secondsLeft: (account) =>
      this.#followed?.key === keyOf(account)
        ? Math.max(0, Math.ceil((this.#followed.until - performance.now()) / 1000))
        : 0,
    confirm: async (view, account) => {
      const person = this.#person;
      const sentence = person ? await this.#services.confirm(person, view, account) : "";
      clearInterval(this.#awaiting);
      if (!sentence) this.#awaitState(account, (state) => state !== account.state);
      return sentence;
    },
    canAskHere: CAN_TELL_SIGHT,
    isSeen: () => this.#isSeen,
    look: async (view, account) => {
      const [person, card] = [this.#person, this.#card];
      if (!person) return;
      const looked = await this.#services.look(person, view, account);
      if (card !== this.#card) return; // closed meanwhile
      this.#looked.set(keyOf(account), looked);
      await this.#refresh();
      this.#fill();
    },
    fromServer: async (view, account) => {
      const person = this.#person;
      return person ? this.#services.fromServer(person, view, account) : "";
    },
    signIn: () => void this.#services.signIn(),
    close: () => {
      this.close();
    },
  };

  get #isSeen(): boolean {
    const still = performance.now() - this.#movedAt;
    return Math.min(this.#sight?.duration ?? 0, still) >= SEEN;
  }

  readonly #pressedAt = (event: Event): void => {
    if (!event.composedPath().includes(this.host)) this.close();
  };

  readonly #typed = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || event.key !== "Escape") return;
    event.stopPropagation(); // X would go back a page, or close its dialog
    event.preventDefault();
    this.close();
  };

  // Below the mark, or above where there is no room; never outside the window.
  readonly #place = (): void => {
    const card = this.#card;
    if (!card) return;
    const mark = this.#mark.button.getBoundingClientRect();
    const { width, height } = card.getBoundingClientRect();
    const start = card.dir === "rtl" ? mark.right - width : mark.left;
    const below = mark.bottom + DISTANCE;
    const top = below + height > innerHeight - EDGE ? Math.max(EDGE, mark.top - DISTANCE - height) : below;
    const place = [`${Math.max(EDGE, Math.min(start, innerWidth - EDGE - width))}px`, `${top}px`] as const;
    if (card.style.left === place[0] && card.style.top === place[1]) return;
    [card.style.left, card.style.top] = place;
    this.#movedAt = performance.now(); // a page that scrolls could move a button under the pointer
  };

  readonly #whileOpen: readonly (readonly [string, (event: Event) => void])[] = [
    ["scroll", this.#place],
    ["resize", this.#place],
    ["pointerdown", this.#pressedAt],
    ["keydown", this.#typed],
  ];
}
