// Every selector and pattern that knows X's pages, each with its evidence. When X moves something, this file changes.
//
// Evidence, as it is cited below (docs/x-pages.md has the whole):
//   [saved]   counted on real pages saved from 2023-12 to 2025-10 (classic) and 2026-10 (new client)
//   [sources] read from maintained extensions that work on the same pages
// Never used: class names (new at every build) and aria-labels' words (translated).

/** The client that people who are signed in get: React Native for Web, `data-testid` on everything that matters. */
export const CLASSIC = {
  // The application's root. [saved: every full page]
  root: "#react-root",
  // Name lines of tweets and of quoted tweets. [saved: 99 of 99; unchanged in 2026-06]
  nameLine: '[data-testid="User-Name"]',
  // Name lines of a profile's header: no hyphen. [saved: 3 of 3]
  profileName: '[data-testid="UserName"]',
  // People in lists, dialogs and the side bar: a <button>, an <li>, before 2024 a <div>. [saved: 73 of 73]
  cell: '[data-testid="UserCell"]',
  // The card that opens over a name; the same name is given to cards without a person, and to one that lists one's several
  // accounts as cells. [sources]
  hoverCard: '[data-testid="HoverCard"]',
  // A person's picture; only a hover card that has one shows a person. [saved: 70 of 70, sources]
  avatar: '[data-testid^="UserAvatar-Container-"]',
  // "Ada reposted", inside the reposter's link; "Pinned" bears it too, without a link. [saved]
  socialContext: '[data-testid="socialContext"]',
  // The @name: the element taken out of the tab order whose whole text it is. A display name is never one. [saved: 175 of 175]
  handle: '[tabindex="-1"]',
  // Where nothing has a tabindex, a link whose whole text is the @name it leads to. [not seen: some savers drop attributes]
  link: "a[href]",
  // Biographies and posts: what a person wrote, so never a source of the @name. [saved]
  writing: '[dir="auto"]',
  // A quoted tweet is one big link without an <a>, inside a tweet; outside it is a card of a carousel. [saved: 28 of 28]
  card: '[role="link"]',
  tweet: "article",
  // Follow buttons bear "<rest_id>-follow" and name their person as "@name" in the label, in every language. [saved: 71 of 73]
  followButton:
    '[data-testid$="-follow"],[data-testid$="-unfollow"],[data-testid$="-cancel"],[data-testid$="-unblock"]',
  followTestId: /^([1-9]\d{0,19})-(?:follow|unfollow|cancel|unblock)$/,
  // The picture across a profile's top: its address has the id, for one's own profile too. [saved: 1 of 1 with a banner; in
  // X's answers: 280 of 280]
  banner: 'a[href$="/header_photo"] img[src*="/profile_banners/"]',
  bannerAddress: /\/profile_banners\/([1-9]\d{0,19})\//,
  // The way to one's own profile in X's menu: who is signed in. [saved: 3 of 3 pages with a menu]
  ownProfile: 'a[data-testid="AppTabBar_Profile_Link"]',
  // The column in the middle: rows beside it (who to follow) are in no list. [saved]
  column: '[data-testid="primaryColumn"]',
  main: 'main, [data-testid="primaryColumn"]',
} as const;

/** The client that visitors get since 2026: no `data-testid`, no <time>; what lasts are links, alt texts, data-timeline-entry. */
export const NEW = {
  // [saved, sources]
  root: "html[data-app-env], [data-timeline-entry], [data-engagement-action]",
  // Posts, quoted posts (inside another entry), rows of people, notices. [saved]
  entry: "[data-timeline-entry]",
  // Where an entry leads: "/name/status/1" of a post, "/name" of a person's row; absolute on phones. [saved, sources]
  entryLink: "data-href",
  post: "article",
  // "Ada reposted": beside the post, in an article around both. [sources]
  repostLine: "article > :not(article):has(~ article)",
  // A hover card: a floating part that says on which side it opened. [sources]
  hoverCard: "[data-side]",
  // A person's picture says "@name" as its alternative text. [saved: 4 of 4]
  avatar: 'img[alt^="@"]',
  profileLink: "a[href]",
  // A post's time links to the post. [saved: 3 of 3]
  postLink: 'a[href*="/status/"]',
  // Biographies and posts. [saved]
  writing: '[dir="auto"]',
  main: 'main, [role="main"]',
} as const;

/**
 * A page's own description for search engines, in both clients: of the profile, or of the post with its author. May lag behind
 * when X changes the page. [saved: 1 of 1 profile; sources]
 */
export const SCHEMA = 'script[type="application/ld+json"]';

/** Pictures that lead to a profile, in both clients: where there are several, people are shown. [saved] */
export const PICTURE_LINK = 'a[href^="/"] img';

/** An @name as X shows it: 1 to 15 characters, a few ancient ones up to 20. */
export const SHOWN_NAME = /^@([A-Za-z0-9_]{1,20})$/;

/** X's permanent ids. */
export const REST_ID = /^[1-9]\d{0,19}$/;

/** What follows a name in the paths of pages that are not that person's profile; all others show its header. [sources] */
export const NO_PROFILE: ReadonlySet<string | undefined> = new Set(
  "status article following followers verified_followers followers_you_follow creator-subscriptions lists topics".split(
    " ",
  ),
);

/** X's own hosts: a link to another host names no person of X. m.x.com stands in posts' links on phones. [sources] */
export const X_HOSTS: ReadonlySet<string> = new Set(
  ["x.com", "twitter.com"].flatMap((host) => [host, `www.${host}`, `mobile.${host}`, `m.${host}`]),
);

/** First parts of paths that are X's own pages, never a person's name. [sources] */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    "home explore notifications messages i search settings compose login logout signup hashtag intent share jobs " +
    "tos privacy about help download account bookmarks lists topics communities connect_people"
  ).split(" "),
);
