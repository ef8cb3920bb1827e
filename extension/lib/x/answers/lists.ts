// X's answers about one's own Following and Followers pages -> who stands in that list, how many there are, and the end. Pure.
import { type Json, objectsIn, part } from "../json";
import { KINDS, type ListKind } from "../../messages/views";
import { MAX_OBJECTS, peopleIn } from "./users";

/** X's name for asking for a list. */
const OPERATIONS: Readonly<Record<ListKind, string>> = { following: "Following", followers: "Followers" };

export interface ListPart {
  /** The ids that stand in the list itself, and not merely somewhere in the answer. */
  readonly members: ReadonlySet<string>;
  /** Whether X says that nothing comes after these. */
  readonly isLast: boolean;
}

/** Return which list of `owner` a page shows; null when it is no such page. */
export function listOf(path: string, owner: string): ListKind | null {
  const [name, kind, ...more] = path.split("/").filter(Boolean);
  if (more.length > 0 || name?.toLowerCase() !== owner.toLowerCase()) return null;
  return KINDS.find((known) => known === kind) ?? null;
}

/** Return which list an operation asks for, whosever it is. */
export function listAskedFor(operation: string): ListKind | null {
  return KINDS.find((kind) => OPERATIONS[kind] === operation) ?? null;
}

// Entries of a list are named after the person ("user-<id>"); X's cursor to what follows begins with "0|" at the end.
const ENTRY = /^user-([1-9]\d{0,19})$/;
const BOTTOM = "cursor-bottom-";
const END = "0|";

/** Read one part of a list. */
export function readListPart(answer: unknown): ListPart {
  const members = new Set<string>();
  let isLast = false;
  for (const object of objectsIn(answer, MAX_OBJECTS)) {
    const name = textOf(object.entryId) ?? textOf(object.entry_id) ?? "";
    const id = ENTRY.exec(name)?.[1];
    if (id) members.add(id);
    else if (name.startsWith(BOTTOM))
      isLast ||= textOf(part(object, "content").value)?.startsWith(END) ?? false;
  }
  return { members, isLast };
}

/** Return how many people X says stand in a person's list, where the answer has that; a damaged number is none. */
export function readTotal(answer: unknown, rest_id: string, kind: ListKind): number | null {
  for (const { id, object } of peopleIn(answer)) {
    if (id !== rest_id) continue;
    const total = totalOf(object, kind);
    if (total !== null) return total;
  }
  return null;
}

function totalOf(user: Json, kind: ListKind): number | null {
  const legacy = kind === "following" ? "friends_count" : "followers_count";
  const total = part(user, "relationship_counts")[kind] ?? part(user, "legacy")[legacy];
  return typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? total : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
