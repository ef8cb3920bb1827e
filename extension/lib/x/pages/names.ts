// Reading @names and ids from texts, links and X's descriptions of a page: what both adapters share. Pure.
import { objectsIn, parseJson } from "../json";
import { withoutInvisible } from "../../rules/text";
import { RESERVED, REST_ID, SCHEMA, SHOWN_NAME, X_HOSTS } from "./selectors";

const SHOWN_NAMES = /@\w+/g;
const PROFILE_PATH = /^\/(\w+)$/;
// A page's own description is 2 kB and 20 objects [saved]; more is an attack.
const MAX_SCHEMA = 200_000; // characters
const MAX_THINGS = 1_000;

/** Return the @name that is the whole text of an element, without the @, or null. */
export function nameShownBy(element: Element): string | null {
  const text = withoutInvisible(element.textContent).trim();
  return SHOWN_NAME.exec(text)?.[1] ?? null;
}

/** Return the parts of a path on X that a link leads to, or none when it leads elsewhere. */
export function pathOfLink(href: string | null): string[] {
  if (!href || !URL.canParse(href, "https://x.com")) return [];
  const url = new URL(href, "https://x.com");
  return X_HOSTS.has(url.hostname) ? url.pathname.split("/").filter(Boolean) : [];
}

/** Return the name whose profile page, and no other, a link leads to, or null. */
export function nameOfProfileLink(href: string | null): string | null {
  const own = PROFILE_PATH.exec(href ?? ""); // as nearly all are written; parsing addresses is slow
  const [name, ...more] = own ? own.slice(1) : pathOfLink(href);
  return name !== undefined && more.length === 0 ? nameOfPathPart(name) : null;
}

/** Return a path's first part as a name, or null when it is one of X's own pages. */
export function nameOfPathPart(part: string | undefined): string | null {
  const name = SHOWN_NAME.exec(`@${part ?? ""}`)?.[1];
  return name !== undefined && !RESERVED.has(name.toLowerCase()) ? name : null;
}

export function isSameName(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase();
}

/** Return the @names in a text, without the @, whatever the language around them. */
export function namesIn(text: string | null): string[] {
  return (text?.match(SHOWN_NAMES) ?? []).map((name) => name.slice(1));
}

/**
 * Return the id that the page's JSON-LD has of this person, wherever in it they stand: as what a profile is about, as a post's
 * author, in a graph or a list. Never another person's: X rewrites it late when the page changes.
 *
 * https://developers.google.com/search/docs/appearance/structured-data/profile-page
 */
export function idFromSchema(document: Document, screenName: string): string | null {
  for (const script of document.querySelectorAll(SCHEMA)) {
    for (const thing of objectsIn(parseJson(script.textContent, MAX_SCHEMA), MAX_THINGS)) {
      const { additionalName, identifier } = thing;
      if (!isSameName(textOf(additionalName), screenName)) continue;
      const id = textOf(identifier);
      if (id !== null && REST_ID.test(id)) return id;
    }
  }
  return null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
