// What the script in X's own world and the isolated one say to each other: events on the document, one text each.
//
// Any script of the page hears and can forge them. So they carry nothing but X's own answers, and the receiver parses
// it as a stranger's. A text, because Firefox lets no object through (docs/x-pages.md).

/** MAIN to isolated: `detail` is "<operation> <the page's path when it was asked for>", a line break, and the answer. */
export const ANSWER = "passerelle-answer";
/** Isolated to MAIN: begin to send; what was kept comes first. */
export const READY = "passerelle-ready";
/** Isolated to MAIN: stop, and keep nothing. */
export const STOP = "passerelle-stop";

/** The longest answer handed over, in characters; real ones have less than two million. */
export const MAX_ANSWER = 12_000_000;

export interface Answer {
  /** X's name for what was asked, such as "Following". */
  readonly operation: string;
  /** The page's path at that time, such as "/ada/following". */
  readonly path: string;
  readonly text: string;
}

const HEAD = /^(\w{1,80}) (\/[^\s]{0,300})$/;

/** Read what came with an event; null when it is anything else. */
export function parseAnswer(detail: unknown): Answer | null {
  if (typeof detail !== "string" || detail.length > MAX_ANSWER + 400) return null;
  const end = detail.indexOf("\n");
  const head = end < 0 || end > 400 ? null : HEAD.exec(detail.slice(0, end));
  return head && { operation: head[1] ?? "", path: head[2] ?? "", text: detail.slice(end + 1) };
}
