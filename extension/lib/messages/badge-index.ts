// The index from which a page of X knows, without a message, whether a person may be in a directory. Pure.
//
// The background makes it of the directories' keys; content scripts search it. It holds hashes of public @names and ids of
// the directories, and nothing of the person's own.
import { fromBase64, type Rest, toBase64 } from "./base64";
import { type Keys, SortedKeys } from "../rules/keys";
import { KeyTable } from "../rules/key-table";

/** The keys of one directory as they lie in `storage.local`, in base64: its file of keys, and those of its overlay. */
export interface StoredKeys {
  readonly keys: string;
  /** Sorted unsigned 32-bit little-endian integers. */
  readonly newer: string;
}

/** The index as it lies in `storage.local`; `version` names the directories and their versions. */
export interface StoredBadgeIndex {
  readonly format: number;
  readonly version: string;
  readonly directories: readonly StoredKeys[];
}

/** The number of this format; an index of another one is made again. */
export const FORMAT = 3;

/** Return what is stored of one directory. */
export function makeStoredKeys(keys: ArrayBuffer, newer: Iterable<number>): StoredKeys {
  const { numbers } = SortedKeys.of(newer);
  return { keys: toBase64(new Uint8Array(keys)), newer: toBase64(new Uint8Array(numbers.buffer)) };
}

/** Return whether this is an index of this format. */
export function isStoredIndex(stored: unknown): stored is StoredBadgeIndex {
  const { format, version, directories } = (stored ?? {}) as Partial<Record<keyof StoredBadgeIndex, unknown>>;
  return format === FORMAT && typeof version === "string" && Array.isArray(directories);
}

/** Read what lies in `storage.local`; null for anything that is no such index. */
export async function readBadgeIndex(stored: unknown, rest: Rest): Promise<Keys | null> {
  if (!isStoredIndex(stored)) return null;
  const parts: Keys[] = [];
  for (const { keys, newer } of stored.directories) {
    const table = await bytesOf(keys, rest);
    const added = await bytesOf(newer, rest);
    parts.push(...[table && KeyTable.read(table)].filter((one) => one !== null));
    if (added) parts.push(new SortedKeys(new Uint32Array(added)));
  }
  return { has: (key) => parts.some((one) => one.has(key)) };
}

async function bytesOf(text: string, rest: Rest): Promise<ArrayBuffer | null> {
  return (await fromBase64(text, rest))?.buffer ?? null;
}
