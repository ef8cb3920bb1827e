// X's own answers -> the people in them: an id with a name, a biography and links. Pure, and bounded whatever comes in.
//
// The shape of a person has moved three times since 2024, so nothing here knows where in an answer people stand: every
// object that says `__typename: "User"` is read, and each field from wherever it is or was (facts: docs/x-pages.md).

import { isObject, type Json, objectsIn, part } from "../json";
import {
  HTTP,
  type Link,
  MAX_BIO,
  MAX_LINKS,
  MAX_NAME,
  MAX_URL,
  PICTURE,
  REST_ID,
  SCREEN_NAME,
  type SeenUser,
} from "../../rules/profile";

// Real answers have at most 720 people and 10,000 objects per million characters [counted in 10 of three eras]: no real one of
// MAX_ANSWER characters is cut short; more is an attack.
export const MAX_OBJECTS = 400_000;
const MAX_USERS = 10_000;

/** Return everyone in a parsed answer, each once, in the order of the answer. */
export function usersIn(answer: unknown): SeenUser[] {
  const users = new Map<string, SeenUser>();
  for (const { id, object } of peopleIn(answer)) {
    const seen = users.get(id);
    const user = merge(id, seen, readUser(object));
    if (user && (seen || users.size < MAX_USERS)) users.set(id, user);
  }
  return [...users.values()];
}

export interface PersonObject {
  readonly id: string;
  readonly object: Json;
}

/** Return the objects of an answer that are about a person, each with that person's id; a person may come several times. */
export function* peopleIn(answer: unknown): Generator<PersonObject> {
  const held = new Map<Json, unknown>(); // X's new client has an id around a person, who may have none inside
  for (const object of objectsIn(answer, MAX_OBJECTS)) {
    const inner = part(object, "result");
    if (isPerson(inner)) held.set(inner, object.rest_id);
    if (!isPerson(object)) continue;
    const id = firstText([object.rest_id, idInside(object.id), held.get(object)], 20, REST_ID);
    if (id !== null) yield { id, object };
  }
}

function isPerson(object: Json): boolean {
  return object.__typename === "User";
}

// X's own global ids are base64 of "User:<rest_id>".
function idInside(id: unknown): string | null {
  if (typeof id !== "string" || id.length > 64) return null;
  try {
    return /^User:(\d+)$/.exec(atob(id))?.[1] ?? null;
  } catch {
    return null; // not base64: then it is another kind of id
  }
}

// What one object says: null where it says nothing, which is not the same as an empty text.
type PartOfUser = { readonly [Field in Exclude<keyof SeenUser, "rest_id">]: SeenUser[Field] | null };

// In each list the newest place comes first: since August 2026, June 2025 to July 2026, before.
function readUser(user: Json): PartOfUser {
  const [core, legacy, profile] = [part(user, "core"), part(user, "legacy"), part(user, "profile_bio")];
  const entities = [part(profile, "entities"), part(legacy, "entities")];
  return {
    screen_name: firstText([core.screen_name, legacy.screen_name], 20, SCREEN_NAME),
    display_name: firstText([core.name, legacy.name], MAX_NAME),
    bio: firstText([profile.description, legacy.description], MAX_BIO),
    location: firstText([part(user, "location").location, legacy.location], MAX_NAME),
    website: linksIn(entities, "url")?.[0]?.long ?? null,
    links: linksIn(entities, "description"),
    picture: firstText([part(user, "avatar").image_url, legacy.profile_image_url_https], MAX_URL, PICTURE),
  };
}

// Null where the answer has no such entities: X leaves them out of half-filled objects.
function linksIn(entities: readonly Json[], where: "description" | "url"): Link[] | null {
  const lists = entities
    .map((one) => part(one, where).urls)
    .filter((urls): urls is unknown[] => Array.isArray(urls));
  const [filled = []] = lists.filter((urls) => urls.length > 0); // some answers have the same links in both places
  return lists.length === 0 ? null : filled.slice(0, MAX_LINKS).flatMap(readLink);
}

function readLink(value: unknown): Link[] {
  const link = isObject(value) ? value : {};
  const short = firstText([link.url], MAX_URL, HTTP);
  const long = firstText([link.expanded_url], MAX_URL, HTTP);
  return short && long ? [{ short, long }] : [];
}

// One answer may show a person whole in one place and half in another: what is known stays known.
function merge(rest_id: string, seen: SeenUser | undefined, part: PartOfUser): SeenUser | null {
  const screen_name = part.screen_name ?? seen?.screen_name;
  if (!screen_name) return null;
  const picture = part.picture ?? seen?.picture;
  return {
    rest_id,
    screen_name,
    display_name: part.display_name ?? seen?.display_name ?? null,
    bio: part.bio ?? seen?.bio ?? null,
    location: part.location ?? seen?.location ?? null,
    website: part.website ?? seen?.website ?? null,
    links: part.links ?? seen?.links ?? [],
    ...(picture && { picture }),
  };
}

function firstText(values: readonly unknown[], longest: number, form = /^/): string | null {
  const found = values.find(
    (value) => typeof value === "string" && value.length <= longest && form.test(value),
  );
  return typeof found === "string" ? found : null;
}
