// "Look for one person": what is typed, and what was answered. It stays while another view is shown.
import { PEOPLE_KEYS, readPeople } from "../engine/people";
import type { GuessView } from "../messages/messages.gen";
import type { Failures } from "./failures.svelte";
import type { Guesses } from "./guesses.svelte";
import type { Matches } from "./matches.svelte";
import { type Missing, named, withoutMatch } from "./missing";

export class SearchOne {
  isOpen = $state(false);
  typed = $state("");
  /** The person who is being asked about, by id. */
  asking = $state<string | null>(null);
  /** By id: the proposed accounts, null where there are none. */
  answers = $state.raw<Readonly<Record<string, GuessView | null>>>({});
  private missing = $state.raw<readonly Missing[]>([]);
  private people = 0; // how often others have come in their place

  constructor(
    private readonly matches: Pick<Matches, "all">,
    private readonly guesses: Pick<Guesses, "searchOne">,
    private readonly failures: Failures,
  ) {}

  /** The people without a known account whose name contains what is typed. */
  readonly found = $derived.by(() => named(this.missing, this.typed));

  /** Read who has no known account. */
  async read(): Promise<void> {
    await this.failures.guard(async () => {
      const people = (await Promise.all(PEOPLE_KEYS.map(readPeople))).flat();
      this.missing = withoutMatch(people, this.matches.all);
    });
  }

  /** Forget what was typed and answered. */
  clear(): void {
    this.isOpen = false;
    this.typed = "";
    this.answers = {};
    this.missing = [];
    this.asking = null;
    this.people++;
  }

  /** Ask about one person; returns the proposed accounts, null for none, undefined where it failed. */
  async ask(restId: string): Promise<GuessView | null | undefined> {
    const { people } = this;
    this.asking = restId;
    const answer = await this.guesses.searchOne(restId);
    if (this.asking === restId) this.asking = null;
    // Of an archive that is no longer shown.
    if (people !== this.people) return undefined;
    if (answer !== undefined) this.answers = { ...this.answers, [restId]: answer };
    return answer;
  }
}
