// Rows as the files of a directory, in one block of plain text, as core/passerelle/directory/packing.py packs them.
import type { DirectoryFiles } from "../../extension/lib/rules/directory";
import { idKey, nameKey } from "../../extension/lib/rules/keys";
import type { DirectoryRow } from "../../extension/lib/rules/rows";

export type Packed = DirectoryFiles & { readonly keys: Blob };

/** Pack rows; `changes` replace fields of the result. */
export function packRows(
  rows: readonly Partial<DirectoryRow>[],
  changes: Partial<DirectoryFiles> = {},
): DirectoryFiles {
  const lines = rows.map(
    (row) => `${JSON.stringify({ kind: "person", ...row })}\n`,
  );
  const text = new Blob(lines);
  const keys = rows
    .flatMap(({ rest_id, screen_name }) => [
      ...(rest_id ? [idKey(rest_id)] : []),
      ...(screen_name ? [nameKey(screen_name)] : []),
    ])
    .sort((one, other) => one - other);
  return {
    url: "https://dir.example.org",
    isAdded: false,
    rows: [text],
    keys: keysFile(keys),
    places: new Blob([
      header("PPLC", 2, 1, keys.length),
      Uint32Array.of(text.size),
      new Uint16Array(keys.length),
    ]),
    overlay: null,
    ...changes,
  };
}

/** Return a file of keys without a table. */
export function keysFile(keys: readonly number[]): Blob {
  return new Blob([header("PKEY", 0, keys.length), Uint32Array.from(keys)]);
}

function header(
  magic: string,
  small: number,
  ...large: number[]
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + 4 * large.length);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint16(4, 1, true);
  view.setUint16(6, small, true);
  large.forEach((number, at) => {
    view.setUint32(8 + 4 * at, number, true);
  });
  return bytes;
}
