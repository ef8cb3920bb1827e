// On x.com, in the isolated world: X's answers -> the people in them, to the background in small batches. Nothing is asked of X.
import { parseJson } from "../json";
import type { SeenUser } from "../../rules/profile";
import { mayHaveCode } from "../../rules/claim-codes";
import { type Answer, ANSWER, MAX_ANSWER, parseAnswer, READY, STOP } from "./channel";
import { listAskedFor, listOf, readListPart, readTotal } from "./lists";
import { Outbox, type Seen } from "./outbox";
import { codedPostsIn, type CodedPost } from "./posts";
import { UnreadAnswers } from "./unread";
import { usersIn } from "./users";

export interface ListenParts {
  /** Who is signed in, as the page shows it now; null while it does not. */
  owner: () => string | null;
  /** Called at once with the people of an answer, who are about to appear in the page. */
  named: (people: readonly SeenUser[]) => void;
  tell: (seen: Seen) => Promise<unknown>;
  /** Called with each post that carries a claim code. */
  posted: (post: CodedPost) => void;
  /** Call `work` soon, when the page has nothing better to do. */
  soon: (work: () => void) => void;
}

const PAUSE = 300; // ms between two messages
const LONG_PAUSE = 5_000; // ms after one that was not taken

/** Listens from the start until stopped. */
export class AnswerListener {
  readonly #unread = new UnreadAnswers();
  readonly #outbox = new Outbox();
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #isSending = false;
  #isStopped = false;

  constructor(
    private readonly document: Document,
    private readonly parts: ListenParts,
  ) {
    document.addEventListener(ANSWER, this.#hear);
    document.dispatchEvent(new CustomEvent(READY));
    this.#heartbeat = setInterval(this.#work, PAUSE);
  }

  /** Add people read in another way, from the page itself. */
  add(people: readonly SeenUser[], listed: Seen["listed"]): void {
    this.#outbox.add(people, listed);
  }

  /** Stop; `isForGood` tells the script in X's own world too. */
  stop(isForGood: boolean): void {
    this.#isStopped = true;
    clearInterval(this.#heartbeat);
    this.document.removeEventListener(ANSWER, this.#hear);
    if (isForGood) this.document.dispatchEvent(new CustomEvent(STOP));
  }

  readonly #hear = (event: Event): void => {
    const answer = parseAnswer((event as CustomEvent<unknown>).detail);
    if (answer && this.#unread.add(answer)) this.parts.soon(this.#work);
  };

  // One answer at a time, so that the page stays quick. An answer about a list waits until the page shows whose it may be.
  readonly #work = (): void => {
    const owner = this.parts.owner();
    const answer = this.#unread.take(({ operation }) => owner !== null || listAskedFor(operation) === null);
    if (answer) {
      this.#read(answer, owner);
      this.parts.soon(this.#work);
    }
    void this.#send();
  };

  #read({ operation, path, text }: Answer, owner: string | null): void {
    const root = parseJson(text, MAX_ANSWER);
    const users = usersIn(root);
    this.parts.named(users);
    if (mayHaveCode(text)) codedPostsIn(root).forEach(this.parts.posted);
    const kind = owner === null ? null : listOf(path, owner);
    if (owner === null || kind === null) {
      this.add(users, null);
      return;
    }
    const me = users.find(({ screen_name }) => screen_name.toLowerCase() === owner.toLowerCase());
    const total = me ? readTotal(root, me.rest_id, kind) : null;
    const { members, isLast } =
      listAskedFor(operation) === kind ? readListPart(root) : { members: new Set<string>(), isLast: false };
    const isMember = ({ rest_id }: SeenUser) => members.has(rest_id);
    this.add(
      users.filter((user) => !isMember(user)),
      null,
    );
    if (members.size > 0 || isLast || total !== null)
      this.add(users.filter(isMember), { kind, screen_name: owner, total, is_last: isLast });
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#isStopped) return;
    const seen = this.#outbox.next();
    if (!seen) return;
    this.#isSending = true;
    const isTaken = await this.parts.tell(seen).then(() => true, notTaken);
    if (!isTaken) this.#outbox.putBack(seen);
    setTimeout(
      () => {
        this.#isSending = false;
        void this.#send();
      },
      isTaken ? PAUSE : LONG_PAUSE,
    );
  }
}

function notTaken(error: unknown): false {
  console.debug("Passerelle: its background did not take what X's page said.", error);
  return false;
}
