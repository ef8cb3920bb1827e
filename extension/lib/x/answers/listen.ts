// On x.com, in the isolated world: X's answers -> whom they name, to the background in small batches. Nothing is asked of X.
import type { Fields } from "../../messages/schemas";
import { MAX_PEOPLE } from "../../messages/views";
import { crc32 } from "../../rules/keys";
import { parseJson } from "../../json";
import { type Answer, ANSWER, MAX_ANSWER, parseAnswer, READY, STOP } from "./channel";
import { listAskedFor, listOf, readListPart, readTotal } from "./lists";
import type { SeenUser } from "../../rules/profile";
import { usersIn } from "./users";

type Seen = Fields<"people.seen">;

export interface ListenParts {
  /** Who is signed in, as the page shows it now; null while it does not. */
  owner: () => string | null;
  tell: (seen: Seen) => Promise<unknown>;
  /** Call `work` soon, when the page has nothing better to do. */
  soon: (work: () => void) => void;
}

export interface Listener {
  /** Take people read in another way, from the page itself. */
  add(people: readonly SeenUser[], listed: Seen["listed"]): void;
  /** Stop; `isForGood` tells the script in X's own world too. */
  stop(isForGood: boolean): void;
}

// A page of X gets an answer or two a second while somebody scrolls; more is somebody trying something, and is dropped.
const WINDOW = 10_000; // ms
const MAX_ANSWERS = 60; // in a window
const MAX_TEXT = 40_000_000; // characters in a window
const MAX_UNREAD = MAX_ANSWER; // characters that wait to be read: where nobody is signed in, lists would wait for ever
const MAX_WAITING = 1_000; // people
const MAX_LISTS = 200; // messages about lists, with 100 people each
const MAX_KNOWN = 5_000; // people already told of
const PAUSE = 300; // ms between two messages
const LONG_PAUSE = 5_000; // ms after one that nobody took

/** Listen until stopped. */
export function listen(document: Document, parts: ListenParts): Listener {
  const answers: Answer[] = [];
  const lists: Seen[] = [];
  const people = new Map<string, SeenUser>();
  const told = new Map<string, number>(); // a checksum of what was told: what a page says may be long
  let [windowStart, count, length] = [0, 0, 0];
  let unread = 0; // characters in `answers`
  let isSending = false;
  let isStopped = false;

  document.addEventListener(ANSWER, hear);
  document.dispatchEvent(new CustomEvent(READY));
  const heartbeat = setInterval(() => {
    work();
  }, PAUSE);
  return { add, stop };

  function stop(isForGood: boolean): void {
    isStopped = true;
    clearInterval(heartbeat);
    document.removeEventListener(ANSWER, hear);
    if (isForGood) document.dispatchEvent(new CustomEvent(STOP));
  }

  function hear(event: Event): void {
    const answer = parseAnswer((event as CustomEvent<unknown>).detail);
    if (!answer || !hasRoom(answer.text.length)) return;
    answers.push(answer);
    unread += answer.text.length;
    parts.soon(work);
  }

  function hasRoom(more: number): boolean {
    const now = performance.now();
    if (now - windowStart > WINDOW) [windowStart, count, length] = [now, 0, 0];
    count++;
    length += more;
    return (
      count <= MAX_ANSWERS &&
      length <= MAX_TEXT &&
      answers.length < MAX_ANSWERS &&
      unread + more <= MAX_UNREAD
    );
  }

  // One answer at a time, so that the page stays quick. An answer about a list waits until the page shows whose it may be.
  function work(): void {
    const owner = parts.owner();
    const next = answers.findIndex(({ operation }) => owner !== null || listAskedFor(operation) === null);
    const [answer] = next < 0 ? [] : answers.splice(next, 1);
    if (answer) {
      unread -= answer.text.length;
      read(answer, owner);
      parts.soon(work);
    }
    void send();
  }

  function read({ operation, path, text }: Answer, owner: string | null): void {
    const root = parseJson(text, MAX_ANSWER);
    const users = usersIn(root);
    const kind = owner === null ? null : listOf(path, owner);
    if (owner === null || kind === null) {
      add(users, null);
      return;
    }
    const me = users.find(({ screen_name }) => screen_name.toLowerCase() === owner.toLowerCase());
    const total = me ? readTotal(root, me.rest_id, kind) : null;
    const { members, isLast } =
      listAskedFor(operation) === kind ? readListPart(root) : { members: new Set<string>(), isLast: false };
    add(
      users.filter(({ rest_id }) => !members.has(rest_id)),
      null,
    );
    if (members.size > 0 || isLast || total !== null) {
      add(
        users.filter(({ rest_id }) => members.has(rest_id)),
        { kind, screen_name: owner, total, is_last: isLast },
      );
    }
  }

  function add(users: readonly SeenUser[], listed: Seen["listed"]): void {
    if (listed) {
      // The last part carries the end of the list.
      for (let at = 0; at === 0 || at < users.length; at += MAX_PEOPLE) {
        const isEnd = at + MAX_PEOPLE >= users.length;
        if (lists.length < MAX_LISTS)
          lists.push({
            people: users.slice(at, at + MAX_PEOPLE),
            listed: { ...listed, is_last: listed.is_last && isEnd },
          });
      }
    } else {
      for (const user of users)
        if (people.size < MAX_WAITING && told.get(user.rest_id) !== checksum(user))
          people.set(user.rest_id, user);
    }
  }

  async function send(): Promise<void> {
    if (isSending || isStopped) return;
    const seen = lists.shift() ?? batch();
    if (!seen) return;
    isSending = true;
    const isTaken = await parts.tell(seen).then(() => true, because);
    if (!isTaken && seen.listed) lists.unshift(seen);
    setTimeout(
      () => {
        isSending = false;
        void send();
      },
      isTaken ? PAUSE : LONG_PAUSE,
    );
  }

  function because(error: unknown): false {
    console.debug("Passerelle: its background did not take what X's page said.", error);
    return false;
  }

  function batch(): Seen | null {
    const users = [...people.values()].slice(0, MAX_PEOPLE);
    for (const user of users) {
      people.delete(user.rest_id);
      told.set(user.rest_id, checksum(user));
    }
    for (const oldest of told.keys()) {
      if (told.size <= MAX_KNOWN) break;
      told.delete(oldest);
    }
    return users.length === 0 ? null : { people: users, listed: null };
  }
}

function checksum(user: SeenUser): number {
  return crc32(JSON.stringify(user));
}
