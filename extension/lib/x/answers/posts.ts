// X's own answers -> the posts in them that carry a claim code, with author and number. Pure, and bounded as `users.ts`.
//
// A post is told by its parts and not by `__typename`, which X's answer to posting leaves out: an author in `core`, and a text in
// `legacy`, in `details` (the new client), or in `note_tweet` where it is long.
import { findCodes } from "../../rules/claim-codes";
import { REST_ID, SCREEN_NAME } from "../../rules/profile";
import { type Json, objectsIn, part } from "../json";
import { MAX_OBJECTS } from "./users";

/** A post with a code; `rest_id` and `screen_name` are its author's. */
export interface CodedPost {
  readonly post: string;
  readonly rest_id: string;
  readonly screen_name: string;
  readonly codes: readonly string[];
}

export const MAX_CODES = 4; // of one post; a real one has one
const MAX_POSTS = 20; // of one answer
const MAX_TEXT = 25_000; // characters of the longest post that X allows

/** Return the posts with a claim code in a parsed answer. */
export function codedPostsIn(answer: unknown): CodedPost[] {
  const posts = new Map<string, CodedPost>();
  for (const object of objectsIn(answer, MAX_OBJECTS)) {
    if (posts.size >= MAX_POSTS) break;
    const post = readPost(object);
    if (post) posts.set(post.post, post);
  }
  return [...posts.values()];
}

function readPost(object: Json): CodedPost | null {
  const author = part(part(part(object, "core"), "user_results"), "result");
  const codes = [...findCodes(textOf(object))].slice(0, MAX_CODES);
  const [post, rest_id] = [
    object.rest_id,
    author.rest_id ?? part(part(object, "core"), "user_results").rest_id,
  ];
  const screen_name = part(author, "core").screen_name ?? part(author, "legacy").screen_name;
  const isPost = codes.length > 0 && isText(post, REST_ID) && isText(rest_id, REST_ID);
  return isPost && isText(screen_name, SCREEN_NAME) ? { post, rest_id, screen_name, codes } : null;
}

function textOf(object: Json): string {
  const note = part(part(part(object, "note_tweet"), "note_tweet_results"), "result");
  const texts = [note.text, part(object, "details").full_text, part(object, "legacy").full_text];
  const text = texts.find((one) => typeof one === "string" && one.length <= MAX_TEXT);
  return typeof text === "string" ? text : "";
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === "string" && form.test(value);
}
