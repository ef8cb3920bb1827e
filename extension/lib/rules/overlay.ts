// The rows that changed since a directory's base: JSON Lines that replace or remove rows of the base. Pure.
//
// As Overlay in core/passerelle/directory/deltas.py; both run tests/data/vectors/blocks.json.
import { idKey, nameKey } from "./keys";
import { type DirectoryRow, isRowId, parseRow } from "./rows";

export class Overlay {
  readonly #ids = new Set<string>();
  readonly #byId = new Map<string, string[]>(); // lines
  readonly #byName = new Map<string, string[]>(); // by the name in lower case

  /** Read the lines; what is no line of a delta is left out, a later line replaces an earlier one. */
  constructor(text: string) {
    const entries = new Map<string, Entry>();
    for (const line of text.split("\n")) {
      const entry = entryOf(line);
      if (entry) entries.set(entry.rowId, entry);
    }
    for (const { rowId, line, restId, name } of entries.values()) {
      this.#ids.add(rowId);
      if (restId !== null) add(this.#byId, restId, line);
      if (name !== null) add(this.#byName, name, line);
    }
  }

  /** Return whether a row of the base no longer counts. */
  replaces(rowId: string): boolean {
    return this.#ids.has(rowId);
  }

  /** Return the rows about this X id. */
  withId(restId: string): DirectoryRow[] {
    return rowsOf(this.#byId.get(restId)).filter(({ rest_id }) => rest_id === restId);
  }

  /** Return the rows with this @name in any case. */
  named(screenName: string): DirectoryRow[] {
    return rowsOf(this.#byName.get(screenName.toLowerCase()));
  }

  /** Return the keys of all its rows. */
  keys(): number[] {
    return [...Array.from(this.#byId.keys(), idKey), ...Array.from(this.#byName.keys(), nameKey)];
  }
}

/** One line: a row, parsed when it is found, or a removal, which has neither id nor name. */
interface Entry {
  readonly rowId: string;
  readonly line: string;
  readonly restId: string | null;
  readonly name: string | null;
}

function entryOf(line: string): Entry | null {
  const { row_id, gone, rest_id, screen_name } = fieldsOf(line);
  if (!isRowId(row_id)) return null;
  if (gone === true) return { rowId: row_id, line, restId: null, name: null };
  const restId = typeof rest_id === "string" ? rest_id : null;
  const name = typeof screen_name === "string" ? screen_name.toLowerCase() : null;
  return { rowId: row_id, line, restId, name };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(line) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function add(index: Map<string, string[]>, key: string, line: string): void {
  const lines = index.get(key);
  if (lines) lines.push(line);
  else index.set(key, [line]);
}

function rowsOf(lines: readonly string[] = []): DirectoryRow[] {
  return lines.map(parseRow).filter((row) => row !== null);
}
