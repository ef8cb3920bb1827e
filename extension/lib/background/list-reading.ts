// Reading one of the person's own lists on x.com: counts who was seen in it, and tells the engine in good portions.
import type { Serializer } from "../async";
import { failureOf } from "../engine/failures";
import type { Commands } from "../messages/messages.gen";
import { type Reading, readReading, writeReading } from "../messages/reading";
import type { ListKind, SeenList } from "../messages/views";
import { ownWords } from "../rules/hints";
import type { SeenRecord, SeenStore } from "./seen-store";

export type AddPeople = Commands["people.add"]["fields"];

/** What reading a list needs from outside; tests hand in their own. */
export interface ListReadingParts {
  store: SeenStore;
  /** Tell the engine about people. */
  learn: (fields: AddPeople) => Promise<unknown>;
  /** The @name whose people the engine has, where that is known. */
  owner: () => Promise<string | null>;
  /** Whether the browser lets the extension see x.com. */
  isAllowed: () => Promise<boolean>;
  openTab: (url: string) => Promise<unknown>;
}

// The engine matches everyone again at each portion of a list, so it gets large ones.
const PORTION = 200;
const QUIET = 3_000; // ms without anything new, after which it gets what there is
export const MAX_TOLD = 1_000; // people in one command
// X counts suspended and closed accounts, and does not show them. A list that ends below this share of X's count was cut short.
const WHOLE_SHARE = 0.9;

export class ListReading {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `inOrder` runs everything that writes the reading; `telling` runs commands to the engine, which may take long. */
  constructor(
    private readonly parts: ListReadingParts,
    private readonly inOrder: Serializer,
    private readonly telling: Serializer,
  ) {}

  /** Begin to read a list, in a tab of its own, as soon as the browser lets us see x.com. */
  start(kind: ListKind): Promise<void> {
    return this.inOrder(async () => {
      await this.tell();
      await this.parts.store.clearMembers();
      await writeReading({ ...NOTHING_READ, kind });
      await this.#openIfAllowed();
    });
  }

  stop(): Promise<void> {
    return this.inOrder(() => writeReading(null));
  }

  /** Go on with a reading that waited for the permission to see x.com. */
  goOn(): Promise<void> {
    return this.inOrder(() => this.#openIfAllowed());
  }

  /** End the reading as the person says: the list is complete, or stopped. */
  end(isComplete: boolean): Promise<void> {
    return this.inOrder(async () => {
      const reading = await readReading();
      if (reading && isComplete && !reading.isComplete) await this.#finish({ ...reading, isComplete: true });
      else await writeReading(null);
    });
  }

  /** Count a part of a list, which counts only while the person has that very list read. To be run in order. */
  async note(listed: SeenList, ids: readonly string[]): Promise<void> {
    const reading = await readReading();
    if (!reading || reading.isComplete || !isOf(reading, listed)) return;
    const owner = await this.parts.store.named(listed.screen_name);
    const read = await this.parts.store.addMembers(ids.filter((id) => id !== owner?.rest_id));
    const now = progressed(reading, listed, read);
    if (now.isComplete || now.isCutShort) await this.#finish(now);
    else {
      await writeReading(now);
      await this.#tellSoon();
    }
  }

  /** Tell the engine about members that it does not have yet. */
  tell(): Promise<void> {
    return this.telling(() => this.#tellMembers());
  }

  /** Forget the reading. To be run in order. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    await writeReading(null);
  }

  async #finish(reading: Reading): Promise<void> {
    await writeReading(reading);
    void this.tell();
  }

  async #tellSoon(): Promise<void> {
    clearTimeout(this.#timer);
    if ((await this.parts.store.untold(PORTION)).length >= PORTION) void this.tell();
    else this.#timer = setTimeout(() => void this.tell(), QUIET);
  }

  // People are marked as told after the engine has stored them: killed at any instant, they are told again.
  async #tellMembers(): Promise<void> {
    clearTimeout(this.#timer);
    const { store, learn } = this.parts;
    for (;;) {
      const { kind, screen_name } = (await readReading()) ?? {};
      const people = kind && screen_name ? await store.untold(MAX_TOLD) : [];
      if (!kind || !screen_name || people.length === 0) return;
      const { rest_id = null, display_name = null } = (await store.named(screen_name)) ?? {};
      const listed = { kind, screen_name, rest_id, display_name };
      const error = await errorOf(learn({ people: people.map(toSeenPerson), listed }));
      void this.inOrder(() => setError(error));
      if (error) return;
      await store.markTold(people.map(({ rest_id: id }) => id));
    }
  }

  async #openIfAllowed(): Promise<void> {
    const reading = await readReading();
    if (!reading || reading.isOpened || !(await this.parts.isAllowed())) return;
    await writeReading({ ...reading, isOpened: true });
    const owner = await this.parts.owner();
    await this.parts.openTab(owner ? `https://x.com/${owner}/${reading.kind}` : "https://x.com/home");
  }
}

const NOTHING_READ: Omit<Reading, "kind"> = {
  screen_name: null,
  read: 0,
  total: null,
  isComplete: false,
  isCutShort: false,
  isOpened: false,
  error: null,
};

function isOf(reading: Reading, { kind, screen_name }: SeenList): boolean {
  const owner = reading.screen_name ?? screen_name;
  return reading.kind === kind && owner.toLowerCase() === screen_name.toLowerCase();
}

function progressed(reading: Reading, listed: SeenList, read: number): Reading {
  const total = listed.total ?? reading.total;
  const isEnd = listed.is_last || (reading.isCutShort && read === reading.read);
  const isComplete = (total !== null && read >= total) || (isEnd && isWhole(read, total));
  const { screen_name } = listed;
  return { ...reading, screen_name, read, total, isComplete, isCutShort: isEnd && !isComplete };
}

function isWhole(read: number, total: number | null): boolean {
  return total === null || read >= total * WHOLE_SHARE;
}

async function setError(error: Reading["error"]): Promise<void> {
  const reading = await readReading();
  if (reading && reading.error?.code !== error?.code) await writeReading({ ...reading, error });
}

/** Return what the engine's command takes of a person seen. */
export function toSeenPerson(record: SeenRecord): AddPeople["people"][number] {
  const { rest_id, screen_name, display_name, seen } = record;
  return { rest_id, screen_name, display_name, seen, ...ownWords(record) };
}

/** Return why `work` failed, or null. */
export async function errorOf(work: Promise<unknown>): Promise<Reading["error"]> {
  try {
    await work;
    return null;
  } catch (error) {
    return failureOf(error);
  }
}
