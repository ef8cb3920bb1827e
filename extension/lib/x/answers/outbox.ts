// What the background is to be told of the people in X's answers: each once, lists in order, 100 people in a message.
import type { Fields } from "../../messages/schemas";
import { MAX_PEOPLE } from "../../messages/views";
import { crc32 } from "../../rules/keys";
import type { SeenUser } from "../../rules/profile";

export type Seen = Fields<"people.seen">;

const MAX_WAITING = 1_000; // people
const MAX_LISTS = 200; // messages about lists, with 100 people each
const MAX_KNOWN = 5_000; // people already told of

export class Outbox {
  readonly #lists: Seen[] = [];
  readonly #people = new Map<string, { user: SeenUser; sum: number }>();
  readonly #told = new Map<string, number>(); // a checksum of what was told: what a page says may be long

  /** Add people, who stand in a list of the page's owner or in none. */
  add(users: readonly SeenUser[], listed: Seen["listed"]): void {
    if (listed) this.#addList(users, listed);
    else for (const user of users) this.#addUser(user, checksum(user));
  }

  /** Remove and return the next message, or null. */
  next(): Seen | null {
    return this.#lists.shift() ?? this.#batch();
  }

  /** Put a message back that was not taken. Parts of lists are told again; other people when they are seen again. */
  putBack(seen: Seen): void {
    if (seen.listed) this.#lists.unshift(seen);
  }

  #addUser(user: SeenUser, sum: number): void {
    if (this.#people.size < MAX_WAITING && this.#told.get(user.rest_id) !== sum)
      this.#people.set(user.rest_id, { user, sum });
  }

  // The last part carries the end of the list.
  #addList(users: readonly SeenUser[], listed: NonNullable<Seen["listed"]>): void {
    for (let at = 0; at === 0 || at < users.length; at += MAX_PEOPLE) {
      const isEnd = at + MAX_PEOPLE >= users.length;
      const part = {
        people: users.slice(at, at + MAX_PEOPLE),
        listed: { ...listed, is_last: listed.is_last && isEnd },
      };
      if (this.#lists.length < MAX_LISTS) this.#lists.push(part);
    }
  }

  #batch(): Seen | null {
    const batch = [...this.#people.values()].slice(0, MAX_PEOPLE);
    for (const { user, sum } of batch) {
      this.#people.delete(user.rest_id);
      this.#told.set(user.rest_id, sum);
    }
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MAX_KNOWN) break;
      this.#told.delete(oldest);
    }
    return batch.length === 0 ? null : { people: batch.map(({ user }) => user), listed: null };
  }
}

function checksum(user: SeenUser): number {
  return crc32(JSON.stringify(user));
}
