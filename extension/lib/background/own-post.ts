// The answer to "post.seen": a post with a claim code counts only where the person waits for it and their own account wrote it.
import { readState } from "../engine/stores";
import type { JoinView } from "../messages/messages.gen";
import { writeOwnPost } from "../messages/own-post";
import type { Fields } from "../messages/schemas";
import type { ContentHandlers } from "./router";

type Seen = Fields<"post.seen">;

const OVER: ReadonlySet<JoinView["status"]> = new Set(["withdrawing", "withdrawn", "carried_out", "lost"]);

export const OWN_POST_HANDLERS: ContentHandlers<"post.seen"> = {
  "post.seen": async (seen) => {
    const views = [await readState("join"), await readState("objection")];
    const view = views.find((one) => one && awaits(one, seen));
    if (view?.code)
      await writeOwnPost({ code: view.code, url: `https://x.com/${seen.screen_name}/status/${seen.post}` });
    return {};
  },
};

function awaits(view: JoinView, { rest_id, screen_name, codes }: Seen): boolean {
  const { code } = view;
  const isOwn = view.rest_id === rest_id && view.screen_name?.toLowerCase() === screen_name.toLowerCase();
  const isProven = view.sides.some(({ side, state }) => side === "x" && state === "holds");
  return isOwn && !isProven && !OVER.has(view.status) && typeof code === "string" && codes.includes(code);
}
