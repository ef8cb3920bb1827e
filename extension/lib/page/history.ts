// The history of follows as a page lists it: what was done, and what of it can be undone. Pure.
import type { AccountView } from "../messages/messages.gen";

/** A record of store `history`: what was done with one own account. */
export interface StoredDone {
  readonly account: string;
  readonly network: AccountView["network"];
  readonly target: string | null;
  readonly address: string | null;
  readonly done: "followed" | "requested" | "unfollowed";
}

/** One line of the history. `name` is the permanent id where it is known, `isUndoable`: it is followed still, by us. */
export interface Done extends StoredDone {
  readonly key: string;
  readonly at: Date;
  readonly name: string;
  readonly isUndoable: boolean;
}

/** Return the lines of the history, the newest first. Keys begin with an ISO time, so they sort by it. */
export function linesOf(stored: ReadonlyMap<string, StoredDone>): Done[] {
  const open = new Set<string>(); // followed by us and, going back in time, not unfollowed since
  const ended = new Set<string>();
  return [...stored]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([key, one]) => {
      const name = one.target ?? one.address ?? "";
      const which = `${one.account} ${name}`;
      const isUndoable = one.done !== "unfollowed" && !ended.has(which) && !open.has(which);
      (one.done === "unfollowed" ? ended : open).add(which);
      return { ...one, key, at: new Date(key.slice(0, key.indexOf(" "))), name, isUndoable };
    });
}

/** Return how many accounts each own account follows through Passerelle. */
export function counted(done: readonly Done[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { account, isUndoable } of done)
    if (isUndoable) counts.set(account, (counts.get(account) ?? 0) + 1);
  return counts;
}

/** Return the own account that followed each account through Passerelle and follows it still, by did and by address. */
export function followersOf(done: readonly Done[]): ReadonlyMap<string, string> {
  const named = done
    .filter(({ isUndoable }) => isUndoable)
    .flatMap(({ target, address, account }) =>
      [target, address].flatMap((name) => (name ? [[name.toLowerCase(), account] as const] : [])),
    );
  return new Map(named);
}
