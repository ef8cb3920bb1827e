// The directory on this machine as the background reads it: bisects the keys, reads single lines of the rows.
//
// Same files and same look-up as DirectoryIndex in core/passerelle/directory/index.py; a key that two people share costs one
// line more and is never shown.
import { firstAtLeast, idKey, keysFromBytes, type NamedPerson, nameKey } from "./keys";
import type { Grade } from "../messages/messages.gen";

/** One line of `rows` (docs/architecture.md); the engine checked every field when it stored it. */
export interface DirectoryRow {
  readonly row_id: string;
  readonly rest_id: string | null;
  readonly screen_name: string | null;
  readonly name_seen: string | null;
  readonly did: string | null;
  readonly handle: string | null;
  readonly acct: string | null;
  readonly display_name: string | null;
  readonly grade: Grade;
  readonly leaving_on: string | null;
  readonly sources: readonly {
    readonly name: string;
    readonly url: string | null;
    readonly date: string | null;
  }[];
}

/** The three parts of the index (docs/architecture.md, "The directory on the person's machine"). */
export interface DirectoryFiles {
  readonly rows: Blob;
  readonly keys: Blob;
  readonly offsets: Blob;
}

export interface Directory {
  /** Find who a person is: by id, else by name, but never a row that has another id than the page shows. */
  find(person: NamedPerson): Promise<DirectoryRow | null>;
}

interface Index {
  readonly rows: Blob;
  readonly keys: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Open the index. Keys and offsets are read into memory (16 bytes a row at most), rows are read line by line. */
export async function openDirectory(files: DirectoryFiles): Promise<Directory> {
  const [keys, offsets] = await Promise.all([files.keys.arrayBuffer(), files.offsets.arrayBuffer()]);
  const index: Index = { rows: files.rows, keys: keysFromBytes(keys), offsets: new Uint32Array(offsets) };
  return {
    async find(person) {
      const byId = person.restId === null ? [] : await rowsAt(index, idKey(person.restId));
      return findRow(byId, person) ?? findRow(await rowsAt(index, nameKey(person.screenName)), person);
    },
  };
}

/** Return a person's row among some: by id, else by name; of several the best. */
export function findRow(rows: readonly DirectoryRow[], person: NamedPerson): DirectoryRow | null {
  const byId = rows.filter((row) => person.restId !== null && row.rest_id === person.restId);
  return best(byId) ?? best(rows.filter((row) => isNamed(row, person)));
}

// X names change hands: a row that knows an id is about that id, even when the name has another bearer now.
function isNamed(row: DirectoryRow, { screenName, restId }: NamedPerson): boolean {
  const isSameId = row.rest_id === null || restId === null || row.rest_id === restId;
  return isSameId && row.screen_name?.toLowerCase() === screenName.toLowerCase();
}

const GRADES: readonly Grade[] = ["proven", "attested", "imported", "claimed"];

// As core/passerelle/matching/match.py: the best grade; among equals the name that was seen last, then a fixed order.
function best(rows: readonly DirectoryRow[]): DirectoryRow | null {
  const order = (one: DirectoryRow, other: DirectoryRow) =>
    GRADES.indexOf(one.grade) - GRADES.indexOf(other.grade) ||
    compare(other.name_seen ?? "", one.name_seen ?? "") ||
    compare(one.row_id, other.row_id);
  return [...rows].sort(order)[0] ?? null;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

async function rowsAt({ rows, keys, offsets }: Index, key: number): Promise<DirectoryRow[]> {
  const starts: number[] = [];
  for (let at = firstAtLeast(keys, key); keys[at] === key; at++) starts.push(offsets[at] ?? 0);
  const lines = await Promise.all(starts.map((start) => lineAt(rows, start)));
  return lines.map((line) => JSON.parse(line) as DirectoryRow);
}

async function lineAt(rows: Blob, start: number): Promise<string> {
  for (let length = USUAL_LINE; ; length *= 2) {
    const bytes = new Uint8Array(await rows.slice(start, start + length).arrayBuffer());
    const end = bytes.indexOf(NEWLINE);
    if (end >= 0 || bytes.length < length)
      return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}

const NEWLINE = 10;
const USUAL_LINE = 1024; // bytes; a row with two sources takes about 500
