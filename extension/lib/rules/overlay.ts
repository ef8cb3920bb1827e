// The rows that changed since a directory's base: JSON Lines that replace or remove rows of the base. Pure.
//
// As Overlay in core/passerelle/directory/deltas.py; both run tests/data/vectors/blocks.json.
import { idKey, nameKey } from "./keys";
import { type DirectoryRow, isRowId, parseRow } from "./rows";

export class Overlay {
  readonly #rows = new Map<string, DirectoryRow | null>(); // by row_id; null: removed
  readonly #byId = new Map<string, DirectoryRow[]>();
  readonly #byName = new Map<string, DirectoryRow[]>(); // in lower case

  /** Read the lines; those that are neither rows nor removals are left out, a later line replaces an earlier one. */
  constructor(text: string) {
    for (const line of text.split("\n")) {
      const row = parseRow(line);
      const id = row?.row_id ?? removedBy(line);
      if (id !== null) this.#rows.set(id, row);
    }
    for (const row of this.#rows.values()) {
      add(this.#byId, row?.rest_id, row);
      add(this.#byName, row?.screen_name?.toLowerCase(), row);
    }
  }

  /** Return whether a row of the base no longer counts. */
  replaces(rowId: string): boolean {
    return this.#rows.has(rowId);
  }

  /** Return the rows about this X id. */
  withId(restId: string): readonly DirectoryRow[] {
    return this.#byId.get(restId) ?? [];
  }

  /** Return the rows with this @name in any case. */
  named(screenName: string): readonly DirectoryRow[] {
    return this.#byName.get(screenName.toLowerCase()) ?? [];
  }

  /** Return the keys of all its rows. */
  keys(): number[] {
    return [...Array.from(this.#byId.keys(), idKey), ...Array.from(this.#byName.keys(), nameKey)];
  }
}

function add(
  index: Map<string, DirectoryRow[]>,
  key: string | null | undefined,
  row: DirectoryRow | null,
): void {
  if (row && typeof key === "string") index.set(key, [...(index.get(key) ?? []), row]);
}

function removedBy(line: string): string | null {
  try {
    const fields = JSON.parse(line) as { row_id?: unknown; gone?: unknown } | null;
    return fields?.gone === true && isRowId(fields.row_id) ? fields.row_id : null;
  } catch {
    return null;
  }
}
