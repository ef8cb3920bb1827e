// What of the list the person looks at: filter, order and search, kept for the next time; and its first screen, kept so that
// it shows before everyone has been read.
import { readMatchesOf } from "../engine/stores";
import { locale } from "../i18n/i18n.svelte";
import type { LanesView, MatchView } from "../messages/messages.gen";
import * as settings from "../settings";
import { among, counts, EVERYONE, type Filter, find, parseShown, type Shown, sorted } from "./list";
import type { Matches } from "./matches.svelte";

const FIRST = 40; // rows: more than the highest screen shows
const QUIET = 300; // ms without a change before it is stored

/** A group of the lanes: its name, and the people in it. */
export type ShownGroup = LanesView["groups"][number];

type Counts = Readonly<Record<Filter, number>>;

export class PeopleShown {
  private shown = $state.raw<Shown>(EVERYONE);
  // Of this page alone: who belongs to it may be another tomorrow.
  private inGroup = $state.raw<ShownGroup | null>(null);
  private storedCounts = $state.raw<Counts | null>(null);
  private first = $state.raw<readonly MatchView[]>([]);
  private stored = "";

  constructor(private readonly matches: Matches) {}

  get filter() {
    return this.shown.filter;
  }
  get certainty() {
    return this.shown.certainty;
  }
  get order() {
    return this.shown.order;
  }
  get query() {
    return this.shown.query;
  }
  /** The group to which the list is narrowed; null for everyone. */
  get group() {
    return this.inGroup?.group ?? null;
  }

  private readonly inOrder = $derived.by(() =>
    this.order === "closest" ? this.matches.all : sorted(this.matches.all, locale.tag, this.order),
  );
  /** The people to show; before all have been read, those that were on the first screen last time. */
  readonly people: readonly MatchView[] = $derived.by(() =>
    this.matches.isLoaded
      ? this.ofGroup(find(this.inOrder, this.shown))
      : this.first.map((match) => this.matches.withPending(match)),
  );
  /** How many people each filter shows. */
  readonly counts: Counts = $derived.by(() =>
    this.matches.isLoaded || !this.storedCounts ? this.matches.counts : this.storedCounts,
  );
  /** Whether a filter, a certainty or a search leaves people out. */
  readonly isNarrowed = $derived(
    this.inGroup !== null ||
      this.filter !== EVERYONE.filter ||
      this.certainty !== EVERYONE.certainty ||
      this.query !== "",
  );
  /** Whether there is something to show: everyone, or the first screen. */
  readonly isReady = $derived.by(() => this.matches.isLoaded || this.first.length > 0);

  /** Read how the list was shown last, and its first screen. */
  async start(): Promise<void> {
    const stored = (await settings.storedList()) as { first?: unknown; counts?: unknown } | null;
    this.shown = parseShown(stored);
    const ids: unknown = stored?.first;
    if (!Array.isArray(ids) || ids.length === 0) return;
    this.storedCounts = { ...counts([]), ...(stored?.counts as Partial<Counts>) };
    const read = await readMatchesOf(ids.filter((id) => typeof id === "string"));
    const { filter, certainty, query } = this.shown;
    this.first = find(read, { filter, certainty, query });
  }

  /** Show the list another way. */
  show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
  }

  /** Show the people of a group alone, or everyone again where it is shown already. */
  toggleGroup(group: ShownGroup): void {
    this.inGroup = this.group === group.group ? null : group;
  }

  private ofGroup(people: readonly MatchView[]): readonly MatchView[] {
    return this.inGroup ? among(people, this.inGroup.rest_ids) : people;
  }

  /** Store what is shown, a moment after its last change. For an effect: returns the function that drops what was not stored. */
  keep(): (() => void) | undefined {
    if (!this.matches.isLoaded || this.matches.all.length === 0 || this.inGroup) return undefined;
    const first = this.people.slice(0, FIRST).map(({ rest_id }) => rest_id);
    const list = { ...this.shown, first, counts: this.counts };
    const timer = setTimeout(() => {
      void this.store(list);
    }, QUIET);
    return () => {
      clearTimeout(timer);
    };
  }

  private async store(list: object): Promise<void> {
    const text = JSON.stringify(list);
    if (text === this.stored) return;
    this.stored = text;
    await settings.storeList(list);
  }
}
