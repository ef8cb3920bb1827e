// The messages of content scripts: one entry each, its fields' schema and the type of its result.
//
// Content scripts run beside X's page, so what they send is checked here when it comes in (the background does). They import
// this module's types only, which keeps the schema library out of every page of X.
import * as v from "valibot";
import type { NamedPerson } from "../rules/keys";
import {
  HTTP,
  MAX_BIO,
  MAX_LINKS,
  MAX_NAME,
  MAX_URL,
  PICTURE,
  REST_ID,
  SCREEN_NAME,
  type SeenUser,
} from "../rules/profile";
import {
  type BadgeMark,
  type BadgeTarget,
  type BadgeView,
  type FollowState,
  KINDS,
  type Looked,
  MAX_PEOPLE,
  type ReadingView,
  type SeenList,
} from "./views";

const screenName = v.pipe(v.string(), v.regex(SCREEN_NAME));
const restId = v.pipe(v.string(), v.regex(REST_ID));
// 1 to 64 printable ASCII characters, as core/passerelle/directory/rows.py checks.
const rowId = v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,64}$/));
const claimCode = v.pipe(v.string(), v.regex(/^psr(?:-[0-9A-Z]{5}){4}$/)); // docs/claims.md
const MAX_CODES = 4; // of one post
// A handle, a did or an acct: the longest is an acct, 64 + 1 + 253 characters, all of them ASCII.
const address = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{3,318}$/));
const total = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const person = v.object({ screenName, restId: v.nullable(restId) });

const target = {
  row_id: v.nullable(rowId),
  address,
  screen_name: screenName,
  rest_id: v.nullable(restId),
};

const listed = v.object({
  kind: v.picklist(KINDS),
  screen_name: screenName,
  total: v.nullable(total),
  is_last: v.boolean(),
});

// Fields of a profile that are wrong count as missing; a person without a valid id or name is left out.
const text = (longest: number) => v.fallback(v.nullable(v.pipe(v.string(), v.maxLength(longest))), null);
const url = v.pipe(v.string(), v.maxLength(MAX_URL), v.regex(HTTP));
const link = v.object({ short: url, long: url });
const seenUser = v.object({
  rest_id: restId,
  screen_name: screenName,
  display_name: text(MAX_NAME),
  bio: text(MAX_BIO),
  location: text(MAX_NAME),
  website: v.fallback(v.nullable(url), null),
  links: v.fallback(
    v.pipe(
      v.array(v.unknown()),
      v.transform((links) => validOnes(link, links.slice(0, MAX_LINKS))),
    ),
    [],
  ),
  picture: v.optional(v.fallback(v.optional(v.pipe(v.string(), v.regex(PICTURE))), undefined)),
});

/** Return a person from another context; null when it is wrong in any way that matters. */
export function toSeenUser(value: unknown): SeenUser | null {
  return validOnes(seenUser, [value])[0] ?? null;
}

function validOnes<S extends v.GenericSchema>(schema: S, values: readonly unknown[]): v.InferOutput<S>[] {
  return values.flatMap((value) => {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Make an entry of the table: its fields' schemas, and the type of its result. */
const message =
  <Result extends object>() =>
  <Entries extends v.ObjectEntries>(entries: Entries): MessageShape<Entries, Result> => ({
    fields: v.object(entries),
  });

interface MessageShape<Entries extends v.ObjectEntries, Result> {
  readonly fields: v.ObjectSchema<Entries, undefined>;
  /** Never there: carries the type. */
  readonly result?: Result;
}

export const CONTENT_MESSAGES = {
  /** Store the current directory's index where content scripts read it. */
  "badge.index": message()({}),
  "badge.marks": message<{ marks: readonly (BadgeMark | null)[] }>()({
    people: v.pipe(v.array(person), v.maxLength(MAX_PEOPLE)),
  }),
  "badge.rows": message<{ views: readonly (BadgeView | null)[] }>()({
    people: v.pipe(v.array(person), v.maxLength(MAX_PEOPLE)),
  }),
  "badge.follow": message<{ state: FollowState; error_text: string }>()(target),
  /** Unfollow an account that Passerelle followed; where its card was not provably visible, show where that can be done. */
  "badge.undo": message<{ error_text: string }>()({ ...target, is_seen: v.boolean() }),
  /** Ask in a window of the extension whether to follow: where the page may cover the card. */
  "badge.confirm": message<{ error_text: string }>()(target),
  /** Load the profile of an account, and thereby check one that only a profile on X names. */
  "badge.look": message<Looked>()({ ...target, network: v.picklist(["bluesky", "fediverse"]) }),
  /** Open the page that follows from the person's own server, for a Mastodon account. */
  "badge.from-server": message<{ error_text: string }>()(target),
  "session.open": message()({}),
  /** People seen on X's page, and the list of its owner in which they stand, if any. */
  "people.seen": message()({
    people: v.pipe(
      v.array(v.unknown()),
      v.maxLength(MAX_PEOPLE),
      v.transform((people): SeenUser[] => validOnes(seenUser, people)),
    ),
    listed: v.nullable(listed),
  }),
  /** A post with claim codes was seen; `rest_id` and `screen_name` are its author's. */
  "post.seen": message()({
    post: restId,
    rest_id: restId,
    screen_name: screenName,
    codes: v.pipe(v.array(claimCode), v.maxLength(MAX_CODES)),
  }),
  "reading.view": message<{ view: ReadingView | null }>()({
    screen_name: v.nullable(screenName),
    is_list: v.boolean(),
  }),
  /** The person pressed a button of the bar: this is the end of the list, or stop. */
  "reading.end": message()({ is_complete: v.boolean() }),
  /** Whether anyone can be read from this page. */
  "page.health": message()({ is_readable: v.boolean() }),
} satisfies Record<string, MessageShape<v.ObjectEntries, object>>;

export type ContentMessages = typeof CONTENT_MESSAGES;
export type ContentMessageType = keyof ContentMessages;
export type Fields<T extends ContentMessageType> = Readonly<v.InferOutput<ContentMessages[T]["fields"]>>;
export type Result<T extends ContentMessageType> = NonNullable<ContentMessages[T]["result"]>;

/** One message as it came in and was found right. */
export interface ContentMessage {
  readonly id: string;
  readonly type: ContentMessageType;
  readonly fields: object;
}

const ENVELOPE = v.object({ id: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)), type: v.string() });

/** Parse a message of `runtime.onMessage`; null when it is not in the table or wrong in any way. */
export function parseContentMessage(value: unknown): ContentMessage | null {
  const envelope = v.safeParse(ENVELOPE, value);
  if (!envelope.success || !isContentMessageType(envelope.output.type)) return null;
  const { id, type } = envelope.output as { id: string; type: ContentMessageType };
  const fields = v.safeParse(CONTENT_MESSAGES[type].fields, value);
  return fields.success ? { id, type, fields: fields.output } : null;
}

function isContentMessageType(type: string): type is ContentMessageType {
  return Object.hasOwn(CONTENT_MESSAGES, type);
}

person satisfies v.GenericSchema<NamedPerson>;
listed satisfies v.GenericSchema<SeenList>;
CONTENT_MESSAGES["badge.follow"].fields satisfies v.GenericSchema<BadgeTarget>;
