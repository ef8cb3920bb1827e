// Watches one X page and keeps every badge where it belongs, whatever X does with its nodes.
//
// X recycles, moves and re-wraps nodes at will (its lists are virtual). So nothing about a node is believed from before:
// each pass reads afresh whom a block names, and corrects our badge's place and content if they differ.
import type { NamedPerson } from "../../rules/keys";
import type { BadgeView } from "../../messages/views";
import { chooseAdapter, WATCHED_ATTRIBUTES } from "../pages/adapters";
import { type Adapter, blocksAround, type Person } from "../pages/people";
import { Answers, type AskRows, nameOf } from "./ask-rows";
import { Badge, BADGE_ATTRIBUTE, type BadgeServices } from "./badge";
import { guessPlace, placeFor } from "./place";
import { themeOf, watchTheme } from "./theme";

/** What watching needs from outside. */
export interface WatchParts extends Omit<BadgeServices, "refresh"> {
  /** Whether the directory may know this person: decided here and now, from the local index. */
  mayKnow: (person: NamedPerson) => boolean;
  askRows: AskRows;
  /** Whether the extension is still there: after an update its old content scripts are orphans. */
  isAlive: () => boolean;
}

export interface Watch {
  /** The index is another now: look at the whole page again. */
  refresh(): void;
  /** Stop, and leave the page as if we had never been there. */
  stop(): void;
}

/** A badge in the page, right behind `place`: the element `anchor` that shows the @name, or a wrapper of it. */
interface Placed {
  readonly badge: Badge;
  readonly anchor: Element;
  readonly place: Element;
}

/** What a block should have: a badge about `person` behind `place`. */
interface Wanted {
  readonly person: Person;
  readonly view: BadgeView;
  readonly place: Element;
}

// A frame has 16 ms, most of which are X's own.
const FRAME = 16; // ms
const BUDGET = 4; // ms of main thread per frame
// In a hidden tab no frame comes; rather than remember every changed node, look at the whole page when it is seen again.
const MAX_CHANGED = 1000;
const HEARTBEAT = 5000; // ms
const MAX_SPARE = 40; // badges; X's lists have up to 24 cells

export function watchPage(document: Document, parts: WatchParts): Watch {
  const changed = new Set<Element>();
  const blocks = new Set<Element>();
  const placed = new Map<Element, Placed>();
  const hosts = new Set<Element>(); // of `placed`
  const waiting = new Map<Element, Person>(); // blocks as they were read, whose person is being asked about
  const spare: Badge[] = []; // taken out of the page; a virtual list needs as many as go, and making one is dear
  const answers = new Answers(parts.askRows, work);
  const services: BadgeServices = {
    follow: parts.follow,
    confirm: parts.confirm,
    look: parts.look,
    signIn: parts.signIn,
    refresh: refreshOne,
  };
  let current: Adapter | null = null;
  let theme = themeOf(document);
  const guessed = new Set<Element>(); // blocks whose badge stands where such badges stood before
  let frame = 0;
  let proof = 0; // the frame in which guesses are looked at
  let [frameStart, spent] = [0, 0]; // ms: when the present frame began, about, and what it has cost already

  const observer = new MutationObserver((records) => {
    records.forEach(note);
    work();
  });
  const stopTheme = watchTheme(document, () => {
    theme = themeOf(document);
    for (const { badge } of placed.values()) badge.theme = theme;
  });
  const heartbeat = setInterval(() => {
    if (!parts.isAlive()) stop();
  }, HEARTBEAT);

  removeStrays(document.documentElement);
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: [...WATCHED_ATTRIBUTES],
  });
  lookAgain();
  return { refresh, stop };

  function refresh(): void {
    answers.clear();
    lookAgain();
  }

  function stop(): void {
    observer.disconnect();
    stopTheme();
    clearInterval(heartbeat);
    cancelAnimationFrame(frame);
    cancelAnimationFrame(proof);
    for (const block of [...placed.keys()]) take(block);
    for (const one of [changed, blocks, waiting, guessed]) one.clear();
    spare.length = 0;
  }

  function lookAgain(): void {
    for (const one of [changed, blocks, waiting]) one.clear();
    changed.add(document.body);
    schedule();
  }

  // At once, so that a badge comes with its row, as long as the frame's budget lasts; nothing while nobody looks.
  function work(): void {
    const now = performance.now();
    if (now - frameStart >= FRAME) [frameStart, spent] = [now, 0];
    if (frame || document.hidden || spent >= BUDGET) schedule();
    else pass();
  }

  function schedule(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      [frameStart, spent] = [performance.now(), 0];
      pass();
    });
  }

  function note(record: MutationRecord): void {
    const target = record.target instanceof Element ? record.target : record.target.parentElement;
    if (changed.size >= MAX_CHANGED) lookAgain();
    else if (record.type === "childList") {
      // Whoever surrounds the change may name somebody else now; whoever came with it is new.
      const around = current && target?.closest(current.blocks);
      if (around) blocks.add(around);
      for (const node of record.addedNodes)
        if (node instanceof Element && !node.hasAttribute(BADGE_ATTRIBUTE)) changed.add(node);
    } else if (target) changed.add(target);
  }

  function pass(): void {
    if (!parts.isAlive()) {
      stop();
      return;
    }
    const adapter = useAdapter();
    if (!adapter) return;
    const started = performance.now();
    const left = BUDGET - spent;
    for (const root of changed)
      if (root.isConnected) for (const block of blocksAround(root, adapter)) blocks.add(block);
    changed.clear();
    checkPlaced();
    // First everything is read, then everything is written: in turns, each reading would make the browser lay out anew.
    writeUntil(started + left, readUntil(started + left / 2, adapter));
    observer.takeRecords(); // what we did ourselves is no news
    spent += performance.now() - started;
    if (blocks.size > 0) schedule();
    if (guessed.size > 0) proof ||= requestAnimationFrame(prove);
    void answers.ask();
  }

  // The same tab can go from one client to the other, when somebody signs in.
  function useAdapter(): Adapter | null {
    const now = current?.isHere(document) ? current : chooseAdapter(document);
    if (now !== current) changed.add(document.body);
    return (current = now);
  }

  // Badges that a change outside their block concerns: gone with it, or (a reposter's stands beside it) moved away.
  function checkPlaced(): void {
    for (const [block, { badge, place }] of placed) {
      if (!block.isConnected) take(block);
      else if (badge.host.previousSibling !== place) blocks.add(block);
    }
  }

  function readUntil(deadline: number, adapter: Adapter): Map<Element, Wanted | null> {
    const seen = new Map<Element, Wanted | null>();
    // Those who were asked about stand where they were read: whatever changed since has come by `note`.
    for (const [block, person] of waiting) {
      const view = answers.get(person);
      if (view === undefined && block.isConnected) continue;
      waiting.delete(block);
      if (performance.now() > deadline) blocks.add(block);
      else if (!blocks.has(block)) seen.set(block, makeWanted(block, person, view));
    }
    for (const block of blocks) {
      if (performance.now() > deadline && seen.size > 0) break;
      blocks.delete(block);
      const wanted = look(block, adapter);
      if (wanted !== undefined) seen.set(block, wanted);
    }
    return seen;
  }

  // Undefined where the badge that is there should stay until it is known.
  function look(block: Element, adapter: Adapter): Wanted | null | undefined {
    waiting.delete(block);
    const person = block.isConnected ? adapter.read(block, location.pathname) : null;
    const view = person && parts.mayKnow(person) ? answers.get(person) : null;
    if (person && view === undefined) {
      waiting.set(block, person);
      // Asked again about the same person: a badge that is looked at, and its popover, stay meanwhile.
      if (placed.get(block)?.badge.screenName === person.screenName) return undefined;
    }
    return makeWanted(block, person, view);
  }

  // Computed styles now would make the browser style new rows by themselves; in the frame it has to do so anyway.
  function makeWanted(
    block: Element,
    person: Person | null,
    view: BadgeView | null | undefined,
  ): Wanted | null {
    if (!person || !view) return null;
    const guess = guessPlace(person.anchor, block);
    if (guess) guessed.add(block);
    return { person, view, place: guess ?? placeFor(person.anchor, block) };
  }

  // Right before the frame is painted: nobody sees a badge that stands wrong.
  function prove(): void {
    proof = 0;
    for (const block of guessed) {
      const there = placed.get(block);
      if (there?.anchor.isConnected && placeFor(there.anchor, block) !== there.place) blocks.add(block);
    }
    guessed.clear();
    if (blocks.size > 0) pass();
  }

  // What there is no time for is read again: the page may have changed by then.
  function writeUntil(deadline: number, seen: ReadonlyMap<Element, Wanted | null>): void {
    let isLate = false;
    for (const [block, wanted] of seen) {
      if (isLate) blocks.add(block);
      else if (wanted) put(block, wanted);
      else take(block);
      isLate = performance.now() > deadline;
    }
  }

  function put(block: Element, { person, view, place }: Wanted): void {
    const badge = placed.get(block)?.badge ?? spare.pop() ?? new Badge(services);
    badge.theme = theme;
    badge.show(nameOf(person), view); // a badge holds none of the page's nodes
    if (badge.host.previousSibling !== place) place.after(badge.host);
    placed.set(block, { badge, anchor: person.anchor, place });
    hosts.add(badge.host);
    if (place.parentElement) removeStrays(place.parentElement);
  }

  function take(block: Element): void {
    const badge = placed.get(block)?.badge;
    if (!badge) return;
    badge.remove();
    hosts.delete(badge.host);
    placed.delete(block);
    if (spare.length < MAX_SPARE) spare.push(badge);
  }

  // Nodes of ours that no block owns any more: of an earlier version of this script, or copied by the page.
  function removeStrays(around: Element): void {
    for (const host of around.querySelectorAll(`[${BADGE_ATTRIBUTE}]`)) if (!hosts.has(host)) host.remove();
  }

  async function refreshOne(person: NamedPerson): Promise<BadgeView | null> {
    const [view = null] = await parts.askRows([nameOf(person)]).catch(() => []);
    if (view) answers.set(person, view);
    return view;
  }
}
