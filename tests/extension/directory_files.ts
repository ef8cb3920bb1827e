// Rows as the files of a directory, in one block of plain text, as core/passerelle/directory/packing.py packs them.
import type { DirectoryFiles } from "../../extension/lib/rules/directory";
import { idKey, nameKey } from "../../extension/lib/rules/keys";
import { lookOf, UNKNOWN_LOOK } from "../../extension/lib/rules/looks";
import type { DirectoryRow } from "../../extension/lib/rules/rows";

export type Packed = DirectoryFiles & { readonly keys: Blob };

/** Pack rows; `changes` replace fields of the result. `hasLooks`: the file of keys says what marks show. */
export function packRows(
  rows: readonly Partial<DirectoryRow>[],
  {
    hasLooks = false,
    ...changes
  }: Partial<DirectoryFiles> & { hasLooks?: boolean } = {},
): DirectoryFiles {
  const lines = rows.map(
    (row) => `${JSON.stringify({ kind: "person", ...row })}\n`,
  );
  const text = new Blob(lines);
  const entries = rows
    .flatMap((row) =>
      keysOfRow(row).map((key) => ({ key, look: numberOf(row) })),
    )
    .sort((one, other) => one.key - other.key);
  const keys = entries.map(({ key }) => key);
  return {
    url: "https://dir.example.org",
    isAdded: false,
    rows: [text],
    keys: keysFile(
      keys,
      hasLooks ? entries.map(({ look }) => look) : undefined,
    ),
    places: new Blob([
      header("PPLC", 2, 1, keys.length),
      Uint32Array.of(text.size),
      new Uint16Array(keys.length),
    ]),
    overlay: null,
    ...changes,
  };
}

function keysOfRow({
  rest_id,
  screen_name,
}: Partial<DirectoryRow>): readonly number[] {
  return [
    ...(rest_id ? [idKey(rest_id)] : []),
    ...(screen_name ? [nameKey(screen_name)] : []),
  ];
}

function numberOf({ grade, did, handle, acct }: Partial<DirectoryRow>): number {
  const networks = [
    ...(did || handle ? ["bluesky"] : []),
    ...(acct ? ["fediverse"] : []),
  ].join();
  const numbers = Array.from({ length: 12 }, (_, at) => at + 1);
  return (
    numbers.find(
      (one) =>
        lookOf(one)?.grade === grade &&
        lookOf(one)?.networks.join() === networks,
    ) ?? UNKNOWN_LOOK
  );
}

/** Return a file of keys without a table, with looks where they are given. */
export function keysFile(
  keys: readonly number[],
  looks?: readonly number[],
): Blob {
  const format = looks ? 2 : 1;
  return new Blob([
    formatted(format, "PKEY", 0, keys.length),
    Uint32Array.from(keys),
    pairsOf(looks ?? []),
  ]);
}

/** Return looks two in a byte. */
export function pairsOf(looks: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: Math.ceil(looks.length / 2) },
    (_, at) => (looks[2 * at] ?? 0) | ((looks[2 * at + 1] ?? 0) << 4),
  );
}

function header(
  magic: string,
  small: number,
  ...large: number[]
): Uint8Array<ArrayBuffer> {
  return formatted(1, magic, small, ...large);
}

function formatted(
  format: number,
  magic: string,
  small: number,
  ...large: number[]
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + 4 * large.length);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint16(4, format, true);
  view.setUint16(6, small, true);
  large.forEach((number, at) => {
    view.setUint32(8 + 4 * at, number, true);
  });
  return bytes;
}
