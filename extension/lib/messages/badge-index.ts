// The index from which a page of X knows, without a message, whether a person may be in a directory, and what to show. Pure.
//
// The background makes it of the directories' keys; content scripts search it. It holds hashes of public @names and ids of
// the directories, and nothing of the person's own.
import { fromBase64, type Rest, toBase64 } from "./base64";
import { keysOf, type NamedPerson, SortedKeys } from "../rules/keys";
import { KeyTable } from "../rules/key-table";
import { type Look, lookOf } from "../rules/looks";
import { LOWEST_GRADE } from "../rules/rows";

/** `Look`: what to show now. `ask`: the background may know the person. Null: no directory does. */
export type Found = Look | "ask" | null;

/** The keys of one directory as they lie in `storage.local`, in base64: its file of keys, and those of its overlay. */
export interface StoredKeys {
  readonly keys: string;
  /** Sorted unsigned 32-bit little-endian integers. */
  readonly newer: string;
  /** Whether the person added it, so that its rows have the lowest grade. */
  readonly isAdded: boolean;
}

/** The index as it lies in `storage.local`; `version` names the directories and their versions. */
export interface StoredBadgeIndex {
  readonly format: number;
  readonly version: string;
  readonly directories: readonly StoredKeys[];
}

const NOTHING = new ArrayBuffer(0);

/** The number of this format; an index of another one is made again. */
export const FORMAT = 4;

/** Return what is stored of one directory. */
export function makeStoredKeys(keys: ArrayBuffer, newer: Iterable<number>, isAdded: boolean): StoredKeys {
  const { numbers } = SortedKeys.of(newer);
  return { keys: toBase64(new Uint8Array(keys)), newer: toBase64(new Uint8Array(numbers.buffer)), isAdded };
}

/** Return whether this is an index of this format. */
export function isStoredIndex(stored: unknown): stored is StoredBadgeIndex {
  const { format, version, directories } = (stored ?? {}) as Partial<Record<keyof StoredBadgeIndex, unknown>>;
  return format === FORMAT && typeof version === "string" && Array.isArray(directories);
}

/** Read what lies in `storage.local`; null for anything that is no such index. */
export async function readBadgeIndex(stored: unknown, rest: Rest): Promise<BadgeIndex | null> {
  if (!isStoredIndex(stored)) return null;
  const directories: DirectoryKeys[] = [];
  for (const { keys, newer, isAdded } of stored.directories) {
    const [table, changed] = [await bytesOf(keys, rest), await bytesOf(newer, rest)];
    const opened = table && KeyTable.read(table);
    const sorted = new SortedKeys(new Uint32Array(changed ?? NOTHING));
    if (opened) directories.push(new DirectoryKeys(opened, sorted, isAdded));
  }
  return new BadgeIndex(directories);
}

/** The index, ready to search. */
export class BadgeIndex {
  constructor(private readonly directories: readonly DirectoryKeys[]) {}

  /** Find a person in the first directory that knows them: a wrong look or "ask" is possible (hashes collide), a wrong null is not. */
  find(person: NamedPerson): Found {
    for (const directory of this.directories) {
      const found = directory.find(person);
      if (found) return found;
    }
    return null;
  }
}

class DirectoryKeys {
  constructor(
    private readonly table: KeyTable,
    private readonly newer: SortedKeys,
    private readonly isAdded: boolean,
  ) {}

  find(person: NamedPerson): Found {
    const keys = keysOf(person);
    if (keys.some((key) => this.newer.has(key))) return "ask"; // the row changed since
    const positions = keys.map((key) => this.table.find(key));
    if (positions.every((one) => one.length === 0)) return null;
    // An id with another @name, or an @name with another id: a rule of its own decides (../rules/grade.ts).
    const looks = new Set(
      positions.map(([first, ...more]) => this.#lookAt(more.length > 0 ? undefined : first)),
    );
    const [look, ...others] = looks;
    if (!look || others.length > 0) return "ask";
    return this.isAdded ? { ...look, grade: LOWEST_GRADE } : look;
  }

  #lookAt(position: number | undefined): Look | null {
    return position === undefined ? null : lookOf(this.table.lookAt(position));
  }
}

async function bytesOf(text: string, rest: Rest): Promise<ArrayBuffer | null> {
  return (await fromBase64(text, rest))?.buffer ?? null;
}
