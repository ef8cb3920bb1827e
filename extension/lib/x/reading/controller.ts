// On x.com, while a list is being read: shows the bar, and reads the list's rows where X's answers could not be read.
import type { Reading } from "../../messages/reading";
import type { SeenList } from "../../messages/views";
import type { Result } from "../../messages/schemas";
import type { SeenUser } from "../../rules/profile";
import { listOf } from "../answers/lists";
import { chooseAdapter } from "../pages/adapters";
import { nameOfProfileLink } from "../pages/names";
import { findPeople, type Person } from "../pages/people";
import { CLASSIC } from "../pages/selectors";
import { Bar } from "./bar";

export interface ReadingParts {
  view: (screen_name: string | null, is_list: boolean) => Promise<Result<"reading.view">["view"]>;
  end: (isComplete: boolean) => void;
  /** Add people from the list's rows. */
  add: (people: readonly SeenUser[], listed: SeenList) => void;
}

const LOOK = 500; // ms between two looks at the page, only while a list is being read

/** Return who is signed in, as X's menu shows it; null while there is no menu. */
export function ownerOf(document: Document): string | null {
  return nameOfProfileLink(document.querySelector(CLASSIC.ownProfile)?.getAttribute("href") ?? null);
}

export class ReadingController {
  readonly #told = new Set<string>();
  readonly #bar: Bar;
  #reading: Reading | null = null;
  #asked = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly document: Document,
    private readonly parts: ReadingParts,
  ) {
    this.#bar = new Bar({
      end: parts.end,
      address: () => {
        const owner = ownerOf(document);
        return this.#reading && owner ? `/${owner}/${this.#reading.kind}` : null;
      },
    });
  }

  /** The reading is another now; null when there is none. */
  show(next: Reading | null): void {
    if (next?.kind !== this.#reading?.kind) this.#told.clear();
    this.#reading = next;
    this.#asked = "";
    clearInterval(this.#timer);
    if (next)
      this.#timer = setInterval(() => {
        this.#checkPage();
      }, LOOK);
    else this.#bar.remove();
    this.#checkPage();
  }

  stop(): void {
    this.show(null);
  }

  #checkPage(): void {
    if (!this.#reading) return;
    const owner = ownerOf(this.document);
    const isList = owner !== null && listOf(location.pathname, owner) === this.#reading.kind;
    if (isList && !this.#reading.isComplete) this.#readRows(owner, this.#reading);
    const question = `${owner ?? ""} ${String(isList)}`;
    if (question === this.#asked) return;
    this.#asked = question;
    void this.#updateBar(owner, isList);
  }

  async #updateBar(owner: string | null, isList: boolean): Promise<void> {
    const reading = this.#reading;
    try {
      const view = await this.parts.view(owner, isList);
      if (reading !== this.#reading) return;
      if (view) this.#bar.show(view);
      else this.#bar.remove();
    } catch (error) {
      this.#asked = ""; // its background was asleep or is gone: ask again at the next look
      console.debug("Passerelle: no bar for now.", error);
    }
  }

  // Every row of the list has the id in its follow button. What X's answers say of the same people is fuller, and stays.
  #readRows(owner: string, { kind }: Reading): void {
    const column = this.document.querySelector(CLASSIC.column);
    const adapter = column && chooseAdapter(this.document);
    if (!adapter) return;
    const users = findPeople(column, adapter, location.pathname).flatMap(({ person }) => {
      const user = toUser(person);
      if (!user || this.#told.has(user.rest_id)) return [];
      this.#told.add(user.rest_id);
      return [user];
    });
    if (users.length > 0) this.parts.add(users, { kind, screen_name: owner, total: null, is_last: false });
  }
}

// Null for a row of something else, and where the page does not show the id.
function toUser({ surface, restId, screenName }: Person): SeenUser | null {
  if (surface !== "cell" || restId === null) return null;
  return {
    rest_id: restId,
    screen_name: screenName,
    display_name: null,
    bio: null,
    location: null,
    website: null,
    links: [],
  };
}
