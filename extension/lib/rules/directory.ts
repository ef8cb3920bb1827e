// The directories on this machine as the background reads them: keys lead to blocks, in a block the person is searched.
//
// The same files and the same checks as in core/passerelle/directory/lookup.py: a directory whose keys, places or blocks lie
// hides rows; it never shows a row of another person.
import { BlockText, openBlock } from "./blocks";
import { idKey, type Keys, type NamedPerson, nameKey } from "./keys";
import { KeyTable } from "./key-table";
import { Overlay } from "./overlay";
import { Places } from "./places";
import { type DirectoryRow, LOWEST_GRADE, parseRow, ROW_GRADES } from "./rows";

/** The files of one directory (docs/directory-format.md). */
export interface DirectoryFiles {
  readonly url: string;
  /** Whether the person added it: its proofs were not checked, so its rows have the lowest grade. */
  readonly isAdded: boolean;
  readonly rows: readonly Blob[];
  readonly keys: Blob;
  readonly places: Blob;
  readonly overlay: Blob | null;
}

export interface Directory extends Keys {
  /** Find who a person is: by id, else by name, but never a row that has another id than the page shows. */
  find(person: NamedPerson): Promise<DirectoryRow | null>;
}

const MAX_OPEN = 16; // blocks kept open: of people shown together, and of the card that is opened next

/** Open directories, the most trusted first: for each person the first one counts that knows them. */
export async function openDirectories(all: readonly DirectoryFiles[]): Promise<Directory> {
  const opened = (await Promise.all(all.map(openDirectory))).filter((one) => one !== null);
  return {
    has: (key) => opened.some((one) => one.has(key)),
    find: async (person) => {
      for (const one of opened) {
        const row = await one.find(person);
        if (row) return row;
      }
      return null;
    },
  };
}

/** Open one directory: its keys and places are read into memory (8 bytes a row). Null where they are damaged. */
async function openDirectory(files: DirectoryFiles): Promise<Directory | null> {
  const [keysFile, placesFile] = await Promise.all([files.keys.arrayBuffer(), files.places.arrayBuffer()]);
  const keys = KeyTable.read(keysFile);
  const places = Places.read(
    placesFile,
    files.rows.map(({ size }) => size),
  );
  if (!places || keys?.length !== places.length) return null;
  return new BlockDirectory(keys, places, files, new Overlay((await files.overlay?.text()) ?? ""));
}

class BlockDirectory implements Directory {
  readonly #open = new Map<number, Promise<BlockText | null>>();
  readonly #newer: ReadonlySet<number>;

  constructor(
    private readonly keys: KeyTable,
    private readonly places: Places,
    private readonly files: DirectoryFiles,
    private readonly overlay: Overlay,
  ) {
    this.#newer = new Set(overlay.keys());
  }

  has(key: number): boolean {
    return this.#newer.has(key) || this.keys.has(key);
  }

  async find(person: NamedPerson): Promise<DirectoryRow | null> {
    const row = findRow(await this.#rowsAbout(person), person);
    return row && this.files.isAdded ? demoted(row, this.files.url) : row;
  }

  async #rowsAbout({ screenName, restId }: NamedPerson): Promise<readonly DirectoryRow[]> {
    const byId =
      restId === null
        ? []
        : [
            ...this.overlay.withId(restId),
            ...(await this.#rows(idKey(restId), (block) => block.linesOfId(restId))),
          ];
    const byName = await this.#rows(nameKey(screenName), (block) => block.linesOfName(screenName));
    return [...byId, ...this.overlay.named(screenName), ...byName];
  }

  async #rows(key: number, linesOf: (block: BlockText) => readonly string[]): Promise<DirectoryRow[]> {
    const numbers = new Set(this.keys.find(key).map((position) => this.places.blockOf(position)));
    const blocks = await Promise.all(Array.from(numbers, (number) => this.#block(number)));
    const rows = blocks.flatMap((block) => (block ? linesOf(block) : [])).map(parseRow);
    return rows.filter((row) => row !== null).filter(({ row_id }) => !this.overlay.replaces(row_id));
  }

  #block(number: number): Promise<BlockText | null> {
    const block = this.#open.get(number) ?? this.#read(number);
    this.#open.delete(number);
    this.#open.set(number, block);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_OPEN) break;
      this.#open.delete(oldest);
    }
    return block;
  }

  async #read(number: number): Promise<BlockText | null> {
    const place = this.places.find(number);
    const file = place && this.files.rows[place.file];
    const bytes = place && file && (await openBlock(file.slice(place.start, place.end)));
    return bytes ? new BlockText(bytes) : null;
  }
}

// As AddedRows in core/passerelle/directory/added.py.
function demoted(row: DirectoryRow, url: string): DirectoryRow {
  const source = { name: new URL(url).hostname, url, date: null };
  return { ...row, grade: LOWEST_GRADE, sources: [source, ...row.sources] };
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

// As core/passerelle/matching/match.py: the best grade; among equals the name that was seen last, then a fixed order.
function best(rows: readonly DirectoryRow[]): DirectoryRow | null {
  const rank = ({ grade }: DirectoryRow) => ROW_GRADES.findIndex((one) => one === grade);
  const order = (one: DirectoryRow, other: DirectoryRow) =>
    rank(one) - rank(other) ||
    compare(other.name_seen ?? "", one.name_seen ?? "") ||
    compare(one.row_id, other.row_id);
  return [...rows].sort(order)[0] ?? null;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
