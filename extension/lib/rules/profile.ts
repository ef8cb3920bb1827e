// One person's profile as X shows it: the input of the rules about hints. Pure.

/** What X says about one person; all of it is unverified. It may give a name to an id, and never starts anything. */
export interface SeenUser {
  readonly rest_id: string;
  readonly screen_name: string;
  readonly display_name: string | null;
  readonly bio: string | null;
  readonly location: string | null;
  /** The target of the profile's website field, without X's own t.co. */
  readonly website: string | null;
  /** The links in `bio`: the text there (t.co) and its target. */
  readonly links: readonly Link[];
  /** The address of the person's own picture on X; not loaded. */
  readonly picture?: string | undefined;
}

export interface Link {
  readonly short: string;
  readonly long: string;
}

/** Bounds of a profile's fields, in characters, and of its links. */
export const MAX_LINKS = 20;
export const MAX_NAME = 200; // X allows 50
export const MAX_BIO = 2_000; // X allows 160, an expanded link may be long
export const MAX_URL = 2_000;

export const REST_ID = /^[1-9]\d{0,19}$/;
export const SCREEN_NAME = /^[A-Za-z0-9_]{1,20}$/;
/** As PICTURE in core/passerelle/hints/own_words.py. */
export const PICTURE = /^https:\/\/pbs\.twimg\.com\/profile_images\/[A-Za-z0-9_./-]{1,300}$/;
export const HTTP = /^https?:\/\/./;

/** Return a biography with every t.co replaced by its target. */
export function expandedBio({ bio, links }: SeenUser): string | null {
  const longs = new Map(links.map(({ short, long }) => [short, long]));
  // In one pass: each forged link could lead to many of the next, and twenty such passes would fill any memory.
  return bio?.replace(SHORT_LINK, (short) => longs.get(short) ?? short) ?? null;
}

const SHORT_LINK = /https?:\/\/t\.co\/\w+/gu;
