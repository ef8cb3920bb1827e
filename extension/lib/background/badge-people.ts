// What is known about a person on a page of X: their row, their profile's hints, their match, the queue.
import { accountKey, type Known, type KnownAccount, knownAccounts } from "../rules/accounts";
import { type Directory, type DirectoryFiles, openDirectories } from "../rules/directory";
import { isContradicted } from "../rules/grade";
import type { NamedPerson } from "../rules/keys";
import type { MatchView } from "../messages/messages.gen";
import type { BadgeTarget, Network } from "../messages/views";
import type { Own, Queued, SignedIn } from "./badge-view";
import type { HintLookup } from "./hint-lookup";

/** What finding people needs from outside; tests hand in their own. */
export interface PeopleParts {
  /** A text that names the directories here and their versions; null where there is none. */
  version: () => Promise<string | null>;
  files: () => Promise<readonly DirectoryFiles[]>;
  hints: () => Promise<HintLookup>;
  /** The names that the engine has for an id. */
  names: (restId: string) => Promise<readonly string[]>;
  /** The id that was last seen under an @name, or null. */
  bearer: (screenName: string) => Promise<string | null>;
  queued: (key: string) => Promise<Queued | null>;
}

/** A person of whom something is known. */
export interface Found {
  readonly person: NamedPerson;
  readonly row: Known["row"];
  readonly known: Known;
}

/** An account that a badge may have followed or looked at, and the id of its person, where that is known. */
export interface Target {
  readonly account: KnownAccount;
  readonly rest_id: string | null;
}

export class BadgePeople {
  #opened: { version: string; directory: Promise<Directory> } | null = null;

  constructor(private readonly parts: PeopleParts) {}

  /** Return what is known about a person; null for nothing. */
  async find(person: NamedPerson): Promise<Found | null> {
    const [directory, hints] = await Promise.all([this.#directory(), this.parts.hints()]);
    const row = (await directory?.find(person)) ?? null;
    // Where the page shows a name only, the row's id decides whose profile it is, else the id that bore the name last: names
    // change hands.
    const restId = person.restId ?? row?.rest_id ?? null;
    const named = hints.find({ ...person, restId });
    const bearer = named && restId === null ? await this.parts.bearer(person.screenName) : null;
    const profile = bearer === null || bearer === named?.rest_id ? named : null;
    return row || profile ? { person, row, known: { row, profile } } : null;
  }

  /**
   * Return the account that a page asks for; null where neither the directory nor the engine's hints have it for this very
   * person. A page may ask for anything; the engine takes the account from its own copy of them.
   */
  async target(
    { row_id, address, screen_name, rest_id }: BadgeTarget,
    network: Network | null = null,
  ): Promise<Target | null> {
    const found = await this.find({ screenName: screen_name, restId: rest_id });
    if (!found || (row_id !== null && row_id !== found.row?.row_id)) return null;
    const isIt = (account: KnownAccount) =>
      account.network === (network ?? account.network) &&
      account.address === address &&
      account.listed === (row_id !== null);
    const account = knownAccounts(found.known).find(isIt);
    if (!account) return null;
    // The engine stores hints by id, and the page may show the name only.
    return { account, rest_id: row_id === null ? (found.known.profile?.rest_id ?? rest_id) : rest_id };
  }

  /** Return what the person's own data say about a found person. */
  async own(found: Found, matches: readonly MatchView[], user: SignedIn): Promise<Own> {
    const [queued, aliases] = await Promise.all([this.#queued(found), this.#aliases(found)]);
    return { match: matches.find((match) => isOf(match, found)) ?? null, queued, ...user, aliases };
  }

  async #queued({ known }: Found): Promise<ReadonlyMap<string, Queued>> {
    const keys = knownAccounts(known).map(accountKey);
    const items = await Promise.all(keys.map(async (key) => [key, await this.parts.queued(key)] as const));
    return new Map(items.filter((item): item is [string, Queued] => item[1] !== null));
  }

  // Read only where they decide: reading them parses the whole stored graph.
  async #aliases({ person, row }: Found): Promise<readonly string[]> {
    const isInDoubt = row !== null && isContradicted(row, { ...person, aliases: [] });
    return isInDoubt && person.restId !== null ? this.parts.names(person.restId) : [];
  }

  async #directory(): Promise<Directory | null> {
    const version = await this.parts.version();
    if (version === null) return null;
    if (this.#opened?.version !== version)
      this.#opened = { version, directory: this.parts.files().then(openDirectories) };
    return this.#opened.directory;
  }
}

function isOf({ row_id, rest_id }: MatchView, { row, known }: Found): boolean {
  return row ? row_id === row.row_id : rest_id === known.profile?.rest_id;
}
