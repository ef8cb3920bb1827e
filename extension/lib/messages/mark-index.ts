// The index from which a page of X knows, without a message, who is in the directory and what their mark shows. Pure.
//
// The background makes it from the directory's rows; content scripts search it. It holds hashes of public @names and ids
// of the directory, and nothing of the person's own.
import { type GapList, makeGapList, readGapList, type Rest } from "./gap-list";
import { idKey, type NamedPerson, nameKey } from "../rules/keys";
import type { DirectoryRow } from "../rules/directory";
import type { Grade, Network } from "./views";

/** What a mark shows of a row of the directory. */
export interface Look {
  readonly grade: Grade;
  readonly networks: readonly Network[];
}

/** `look`: what to show now. `ask`: the background may know the person. */
export type Found = Look | "ask" | null;

/** The index as it lies in `storage.local`: gap-coded numbers in base64 (./gap-list.ts). */
export interface StoredMarkIndex {
  readonly format: number;
  readonly version: number;
  readonly names: string;
  readonly ids: string;
}

type Row = Pick<DirectoryRow, "rest_id" | "screen_name" | "grade" | "did" | "handle" | "acct">;

/** The number of this format; an index of another one is made again. */
export const FORMAT = 2;

/** What the numbers of looks mean; 0 is "ask". Only ever add at the end, or raise FORMAT. */
const GRADES = ["proven", "attested", "imported", "claimed"] as const;
const NETWORKS: readonly (readonly Network[])[] = [["bluesky"], ["fediverse"], ["bluesky", "fediverse"]];
const LOOKS: readonly (Look | null)[] = [
  null,
  ...GRADES.flatMap((grade) => NETWORKS.map((networks) => ({ grade, networks }))),
];
const ASK = 0;

// An entry of a name is 40 bits: CRC-32, 4 bits of a second hash, the number of the look. Of a million rows, a stranger's
// name equals one by chance once in 70,000 times; the background's answer then takes the mark away.
const NIBBLE = 16;
const NAME_BITS = NIBBLE * NIBBLE;

/** Collects rows into an index. */
export class MarkIndexBuilder {
  readonly #names: number[] = [];
  readonly #ids: number[] = [];

  add(row: Row): void {
    const look = lookOf(row);
    if (look === ASK) return; // it names no account
    if (row.screen_name !== null) this.#names.push(nameEntry(row.screen_name) + look);
    if (row.rest_id !== null) this.#ids.push(idEntry(row.rest_id, row.screen_name));
  }

  build(version: number): StoredMarkIndex {
    return {
      format: FORMAT,
      version,
      names: makeGapList(withoutTwins(Float64Array.from(this.#names).sort())),
      ids: makeGapList(Float64Array.from(this.#ids).sort()),
    };
  }
}

// Two rows of one @name: which one counts depends on the page, so the background decides.
function withoutTwins(entries: Float64Array): Float64Array {
  const kept: number[] = [];
  for (const entry of entries) {
    const last = kept.at(-1);
    if (last === undefined || hashOf(last) !== hashOf(entry)) kept.push(entry);
    else if (last !== entry) kept[kept.length - 1] = hashOf(entry) + ASK;
  }
  return Float64Array.from(kept);
}

const hashOf = (entry: number) => entry - (entry % NIBBLE);

export class MarkIndex {
  private constructor(
    readonly version: number,
    private readonly names: GapList,
    private readonly ids: GapList,
  ) {}

  /** Read what lies in `storage.local`; null for anything that is no such index. */
  static async read(stored: unknown, rest: Rest): Promise<MarkIndex | null> {
    if (!isStoredIndex(stored)) return null;
    const names = await readGapList(stored.names, rest);
    const ids = await readGapList(stored.ids, rest);
    return names && ids && new MarkIndex(stored.version, names, ids);
  }

  /** Bytes that the index takes in memory. */
  get bytes(): number {
    return this.names.bytes + this.ids.bytes;
  }

  /** Find a person: a wrong look or "ask" is possible (hashes collide), a wrong null is not. */
  find({ screenName, restId }: NamedPerson): Found {
    const entry = nameEntry(screenName);
    const named = this.names.firstAtLeast(entry);
    const number = named !== null && named < entry + NIBBLE ? named - entry : null;
    if (restId === null) return number === null ? null : (LOOKS[number] ?? "ask");
    const id = idEntry(restId, null);
    const identified = this.ids.firstAtLeast(id);
    const isKnown = identified !== null && identified < id + NIBBLE;
    if (number === null) return isKnown ? "ask" : null;
    // An @name that another id bears, or an id with another @name: a rule of its own decides (lib/rules/grade.ts).
    return isKnown && this.ids.has(idEntry(restId, screenName)) ? (LOOKS[number] ?? "ask") : "ask";
  }
}

/** Return whether this is an index of this format. */
export function isStoredIndex(stored: unknown): stored is StoredMarkIndex {
  const { format, version, names, ids } = (stored ?? {}) as Partial<Record<keyof StoredMarkIndex, unknown>>;
  return (
    format === FORMAT && typeof version === "number" && typeof names === "string" && typeof ids === "string"
  );
}

// As listedAccounts in lib/rules/accounts.ts: which networks a badge shows for this row.
function lookOf({ grade, did, handle, acct }: Row): number {
  const networks = Number(did !== null || handle !== null) + 2 * Number(acct !== null);
  const rank = (GRADES as readonly Grade[]).indexOf(grade);
  return networks === 0 || rank < 0 ? ASK : 1 + rank * NETWORKS.length + networks - 1;
}

function nameEntry(screenName: string): number {
  const name = screenName.toLowerCase();
  return nameKey(name) * NAME_BITS + nibbleOf(name) * NIBBLE;
}

// 28 bits of the id's key and 4 bits of the row's @name, so that an id with another @name is noticed; 32 bits in all.
function idEntry(restId: string, screenName: string | null): number {
  const key = idKey(restId);
  return key - (key % NIBBLE) + (screenName === null ? 0 : nibbleOf(screenName.toLowerCase()));
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: CRCs of two texts of one length differ by the same bits whatever is
// put before them, so a second CRC would tell nothing more.
function nibbleOf(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value ^ (value >>> 16)) & (NIBBLE - 1);
}
