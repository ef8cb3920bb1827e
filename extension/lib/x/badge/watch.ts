// Watches one X page and keeps every badge where it belongs, whatever X does with its nodes.
//
// X recycles, moves and re-wraps nodes at will (its lists are virtual). So nothing about a node is believed from before:
// each pass reads again which person a block names, and corrects our badge's place and content if they differ.
import type { NamedPerson } from "../../rules/keys";
import type { Found } from "../../messages/badge-index";
import type { BadgeView } from "../../messages/views";
import { chooseAdapter, WATCHED_ATTRIBUTES } from "../pages/adapters";
import { type Adapter, blocksAround, type Person } from "../pages/people";
import { Answers, type AskMarks, nameOf } from "./ask-marks";
import { BADGE_ATTRIBUTE, type BadgeServices } from "./badge";
import { sketchOf } from "./sketch";
import { FrameBudget } from "./frame-budget";
import { forgetProofs, guessPlace, placeFor } from "./place";
import { ShownBadges, type Wanted } from "./shown-badges";
import { themeOf, watchTheme } from "./theme";

/** What watching needs from outside. */
export interface WatchParts extends Omit<BadgeServices, "refresh"> {
  /** Return a person with the id that is known for their name, where the page shows none. */
  identify: (person: NamedPerson) => NamedPerson;
  /** Return what the local index has of a person: what to show of them at once, "ask" or null for strangers. */
  find: (person: NamedPerson) => Found;
  askMarks: AskMarks;
  /** Return what a card shows of a person; null for a person who is not known. */
  askRow: (person: NamedPerson) => Promise<BadgeView | null>;
  /** Whether the extension is still there: after an update its old content scripts are orphans. */
  isAlive: () => boolean;
}

// Changed nodes remembered while no frame comes, in a hidden tab; beyond, the whole page is read when it is seen again.
const MAX_CHANGED = 1000;
const HEARTBEAT = 1000; // ms between two looks at whether the extension is still there; one takes as long as reading a row

export class PageWatch {
  readonly #changed = new Set<Element>();
  readonly #blocks = new Set<Element>();
  readonly #waiting = new Map<Element, Person>(); // blocks as they were read, whose person is being asked about
  #hasAnswers = false; // whether one of these may be answered
  readonly #guessed = new Set<Element>(); // blocks whose badge stands where such badges stood before
  readonly #answers: Answers;
  readonly #shown: ShownBadges;
  readonly #budget: FrameBudget;
  readonly #observer: MutationObserver;
  readonly #stopTheme: () => void;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #hasRemoved = false; // whether nodes left the page since the last pass
  #hasMoved = false; // whether children of a badge's row came or went
  #adapter: Adapter | null = null;
  #proof = 0; // the frame in which guesses are looked at

  constructor(
    private readonly document: Document,
    private readonly parts: WatchParts,
  ) {
    this.#budget = new FrameBudget(document, () => {
      this.#pass();
    });
    this.#answers = new Answers(parts, () => {
      this.#hasAnswers = true;
      this.#budget.run();
    });
    this.#shown = new ShownBadges(
      { ...parts, refresh: (person) => this.#refreshOne(person) },
      themeOf(document),
    );
    this.#observer = new MutationObserver((records) => {
      for (const record of records) this.#note(record);
      this.#budget.run();
    });
    this.#stopTheme = watchTheme(document, () => {
      this.#shown.theme = themeOf(document);
    });
    this.#heartbeat = setInterval(() => {
      if (!parts.isAlive()) this.stop();
    }, HEARTBEAT);
    forgetProofs(); // the page may have changed its styles since an earlier watch
    addEventListener("resize", forgetProofs);
    this.#shown.removeStrays(document.documentElement);
    this.#observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: [...WATCHED_ATTRIBUTES],
    });
    this.#lookAgain();
  }

  /** The index is another now: look at the whole page again. */
  refresh(): void {
    this.#answers.clear();
    this.#lookAgain();
  }

  /** Ask about people before the page shows them, so that their answers are there when it does. */
  expect(people: readonly NamedPerson[]): void {
    this.#answers.askAhead(people.filter((person) => this.parts.find(person) !== null));
  }

  /** Stop, and leave the page as if we had never been there. */
  stop(): void {
    this.#observer.disconnect();
    this.#stopTheme();
    clearInterval(this.#heartbeat);
    removeEventListener("resize", forgetProofs);
    this.#budget.stop();
    this.#answers.stop();
    cancelAnimationFrame(this.#proof);
    this.#shown.clear();
    for (const one of [this.#changed, this.#blocks, this.#waiting, this.#guessed]) one.clear();
  }

  #lookAgain(): void {
    for (const one of [this.#changed, this.#blocks, this.#waiting]) one.clear();
    this.#changed.add(this.document.body);
    this.#budget.schedule();
  }

  #note(record: MutationRecord): void {
    this.#hasRemoved ||= record.removedNodes.length > 0;
    this.#hasMoved ||= record.type === "childList" && this.#shown.isRow(record.target);
    const target = record.target instanceof Element ? record.target : record.target.parentElement;
    if (this.#changed.size >= MAX_CHANGED) this.#lookAgain();
    else if (record.type === "childList") {
      // The block around the change may name another person now; the nodes that came are new.
      const around = this.#adapter && target?.closest(this.#adapter.blocks);
      if (around) this.#blocks.add(around);
      for (const node of record.addedNodes)
        if (node instanceof Element && !node.hasAttribute(BADGE_ATTRIBUTE)) this.#changed.add(node);
    } else if (target) this.#changed.add(target);
  }

  #pass(): void {
    const adapter = this.#useAdapter();
    if (!adapter) return;
    const started = performance.now();
    const { left } = this.#budget;
    for (const root of this.#changed)
      if (root.isConnected) for (const block of blocksAround(root, adapter)) this.#blocks.add(block);
    this.#changed.clear();
    this.#sweep();
    // First everything is read, then everything is written: in turns, each reading would make the browser lay out anew.
    this.#writeUntil(started + left, this.#readUntil(started + left / 2, adapter));
    this.#observer.takeRecords(); // what we did ourselves is no news
    this.#budget.spend(started);
    if (this.#blocks.size > 0) this.#budget.schedule();
    if (this.#guessed.size > 0)
      this.#proof ||= requestAnimationFrame(() => {
        this.#prove();
      });
    void this.#answers.ask();
  }

  #sweep(): void {
    if (this.#hasRemoved) {
      this.#shown.sweep();
      for (const block of this.#waiting.keys()) if (!block.isConnected) this.#waiting.delete(block);
    }
    if (this.#hasMoved) for (const block of this.#shown.moved()) this.#blocks.add(block);
    this.#hasRemoved = this.#hasMoved = false;
  }

  // A tab changes from one client to the other when the person signs in.
  #useAdapter(): Adapter | null {
    const now = this.#adapter?.isHere(this.document) ? this.#adapter : chooseAdapter(this.document);
    if (now !== this.#adapter) this.#changed.add(this.document.body);
    return (this.#adapter = now);
  }

  #readUntil(deadline: number, adapter: Adapter): Map<Element, Wanted | null> {
    const seen = new Map<Element, Wanted | null>();
    if (this.#hasAnswers) this.#readAnswered(deadline, seen);
    for (const block of this.#blocks) {
      if (performance.now() > deadline && seen.size > 0) break;
      this.#blocks.delete(block);
      seen.set(block, this.#readBlock(block, adapter));
    }
    return seen;
  }

  // Blocks that were asked about stand where they were read: a change since has come by `#note`.
  #readAnswered(deadline: number, seen: Map<Element, Wanted | null>): void {
    this.#hasAnswers = false;
    for (const [block, person] of this.#waiting) {
      const mark = this.#answers.get(person, this.#shown.aboutOf(block) === person.screenName);
      if (mark === undefined) continue;
      this.#waiting.delete(block);
      if (this.#blocks.has(block) || (mark && this.#shown.update(block, person, mark))) continue;
      if (performance.now() > deadline) this.#blocks.add(block);
      else seen.set(block, this.#makeWanted(block, person, mark));
    }
  }

  #readBlock(block: Element, adapter: Adapter): Wanted | null {
    this.#waiting.delete(block);
    const person = block.isConnected ? adapter.read(block, location.pathname) : null;
    const found = person && this.parts.find(person);
    if (!person || !found) return null;
    const isMarked = this.#shown.aboutOf(block) === person.screenName;
    const mark = this.#answers.get(person, isMarked || found !== "ask");
    if (mark !== undefined) return this.#makeWanted(block, person, mark);
    this.#waiting.set(block, person);
    // Asked again about the same person: what the badge shows, and its popover, stay meanwhile; its place may be another.
    if (isMarked) return this.#makeWanted(block, person, "shown");
    return this.#makeWanted(block, person, found === "ask" ? null : sketchOf(person, found));
  }

  // Computed styles now would make the browser style new rows by themselves; in the frame it has to do so anyway.
  #makeWanted(block: Element, person: Person | null, mark: Wanted["mark"] | null): Wanted | null {
    if (!person || !mark) return null;
    const guess = guessPlace(person.anchor, block);
    if (guess && !guess.isProved) this.#guessed.add(block);
    return { person, mark, place: guess?.place ?? placeFor(person.anchor, block) };
  }

  // Right before the frame is painted, so that a badge in a wrong place is never seen.
  #prove(): void {
    this.#proof = 0;
    for (const block of this.#guessed) if (!this.#shown.isInPlace(block)) this.#blocks.add(block);
    this.#guessed.clear();
    if (this.#blocks.size > 0) this.#pass();
  }

  // What there is no time for is read again: the page may have changed by then.
  #writeUntil(deadline: number, seen: ReadonlyMap<Element, Wanted | null>): void {
    let isLate = false;
    for (const [block, wanted] of seen) {
      if (isLate) this.#blocks.add(block);
      else this.#shown.set(block, wanted);
      isLate = performance.now() > deadline;
    }
  }

  async #refreshOne(person: NamedPerson): Promise<BadgeView | null> {
    const asked = this.parts.identify(nameOf(person));
    const view = await this.parts.askRow(asked).catch(() => null);
    if (view) this.#answers.set(person, view);
    return view;
  }
}
