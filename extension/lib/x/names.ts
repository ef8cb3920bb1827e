// Reading @names and ids from texts, links and X's descriptions of a page: what both adapters share. Pure.
import { RESERVED, SHOWN_NAME, X_HOSTS } from "./selectors";

// Marks of direction that a page in Arabic or Hebrew may put around an @name.
const DIRECTION_MARKS = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const SHOWN_NAMES = /@\w+/g;
const PROFILE_PATH = /^\/(\w+)$/;
const REST_ID = /^[1-9]\d{0,19}$/;

/** Give the @name that is the whole text of an element, without the @, or null. */
export function nameShownBy(element: Element): string | null {
  const text = element.textContent.replace(DIRECTION_MARKS, "").trim();
  return SHOWN_NAME.exec(text)?.[1] ?? null;
}

/** Give the parts of a path on X that a link leads to, or none when it leads elsewhere. */
export function pathOfLink(href: string | null): string[] {
  if (!href || !URL.canParse(href, "https://x.com")) return [];
  const url = new URL(href, "https://x.com");
  return X_HOSTS.has(url.hostname) ? url.pathname.split("/").filter(Boolean) : [];
}

/** Give the name whose profile page, and no other, a link leads to, or null. */
export function nameOfProfileLink(href: string | null): string | null {
  const own = PROFILE_PATH.exec(href ?? ""); // as nearly all are written; parsing addresses is slow
  const [name, ...more] = own ? own.slice(1) : pathOfLink(href);
  return name !== undefined && more.length === 0 ? nameOfPathPart(name) : null;
}

/** Give a path's first part as a name, or null when it is one of X's own pages. */
export function nameOfPathPart(part: string | undefined): string | null {
  const name = SHOWN_NAME.exec(`@${part ?? ""}`)?.[1];
  return name !== undefined && !RESERVED.has(name.toLowerCase()) ? name : null;
}

export function isSameName(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase();
}

/** Say whether a text mentions exactly this @name, whatever the language around it. */
export function mentions(text: string | null, screenName: string): boolean {
  const words = text?.match(SHOWN_NAMES) ?? [];
  return words.some((word) => isSameName(word.slice(1), screenName));
}

/**
 * Give the id in the page's JSON-LD `ProfilePage`, if it speaks of this person: X rewrites it late when the page changes.
 *
 * https://developers.google.com/search/docs/appearance/structured-data/profile-page
 */
export function idFromSchema(scripts: Iterable<Element>, screenName: string): string | null {
  for (const script of scripts) {
    const person = mainEntity(script.textContent);
    if (isSameName(textOf(person?.additionalName), screenName)) {
      const id = textOf(person?.identifier);
      return id !== null && REST_ID.test(id) ? id : null;
    }
  }
  return null;
}

function mainEntity(json: string): Record<string, unknown> | null {
  try {
    const page: unknown = JSON.parse(json);
    const entity = isRecord(page) ? page.mainEntity : null;
    return isRecord(entity) ? entity : null;
  } catch {
    return null; // half written, or not JSON: then the page tells no id
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
