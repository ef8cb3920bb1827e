// On x.com, while a list is being read: shows the bar, and reads the list's rows where X's answers could not be read.
import type { Result } from "../../messages/schemas";
import { chooseAdapter } from "../pages/adapters";
import { nameOfProfileLink } from "../pages/names";
import { findPeople } from "../pages/people";
import { CLASSIC } from "../pages/selectors";
import { Bar } from "./bar";
import type { Listener } from "../answers/listen";
import { listOf } from "../answers/lists";
import type { Reading } from "../../messages/reading";
import type { SeenUser } from "../../rules/profile";

export interface GuideParts {
  view: (screen_name: string | null, is_list: boolean) => Promise<Result<"reading.view">["view"]>;
  end: (isComplete: boolean) => void;
}

export interface Guide {
  /** The reading is another now; null when there is none. */
  show(reading: Reading | null): void;
  stop(): void;
}

const LOOK = 500; // ms between two looks at the page, only while a list is being read

/** Return who is signed in, as X's menu shows it; null while there is no menu. */
export function ownerOf(document: Document): string | null {
  return nameOfProfileLink(document.querySelector(CLASSIC.ownProfile)?.getAttribute("href") ?? null);
}

export function makeGuide(document: Document, listener: Listener, parts: GuideParts): Guide {
  const told = new Set<string>();
  let reading: Reading | null = null;
  let asked = "";
  let timer: ReturnType<typeof setInterval> | undefined;
  const bar = new Bar({
    end: parts.end,
    address: () => {
      const owner = ownerOf(document);
      return reading && owner ? `/${owner}/${reading.kind}` : null;
    },
  });
  return { show, stop };

  function show(next: Reading | null): void {
    if (next?.kind !== reading?.kind) told.clear();
    reading = next;
    asked = "";
    clearInterval(timer);
    if (reading) timer = setInterval(look, LOOK);
    else bar.remove();
    look();
  }

  function stop(): void {
    show(null);
  }

  function look(): void {
    if (!reading) return;
    const owner = ownerOf(document);
    const isList = owner !== null && listOf(location.pathname, owner) === reading.kind;
    if (isList && !reading.isComplete) readRows(owner);
    const question = `${owner ?? ""} ${String(isList)}`;
    if (question === asked) return;
    asked = question;
    void say(owner, isList);
  }

  async function say(owner: string | null, isList: boolean): Promise<void> {
    const now = reading;
    try {
      const view = await parts.view(owner, isList);
      if (now !== reading) return;
      if (view) bar.show(view);
      else bar.remove();
    } catch (error) {
      asked = ""; // its background was asleep or is gone: ask again at the next look
      console.debug("Passerelle: no bar for now.", error);
    }
  }

  // Every row of the list has the id in its follow button. What X's answers say of the same people is richer, and stays.
  function readRows(owner: string): void {
    const column = document.querySelector(CLASSIC.column);
    const adapter = column && chooseAdapter(document);
    if (!adapter || !reading) return;
    const users: SeenUser[] = [];
    for (const { person } of findPeople(column, adapter, location.pathname)) {
      const { restId, screenName, surface } = person;
      if (surface !== "cell" || restId === null || told.has(restId)) continue;
      told.add(restId);
      users.push({
        rest_id: restId,
        screen_name: screenName,
        display_name: null,
        bio: null,
        location: null,
        website: null,
        links: [],
      });
    }
    if (users.length > 0)
      listener.add(users, { kind: reading.kind, screen_name: owner, total: null, is_last: false });
  }
}
