// Why a request is sent. Each purpose has its sentence in the catalogues: `sent.why_…`.

export const PURPOSES = [
  "directory",
  "own_follows",
  "write",
  "people",
  "search",
  "account",
  "sign_in",
  "picture",
  "x_post",
  "registrar",
  "redirect",
  "other",
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What a request with a sign-in looks like; the first entry that fits counts. */
interface Entry {
  readonly why: Purpose;
  readonly path: RegExp;
}

// These paths are our own, not a stranger's: a sign-in travels only to the person's own server.
// https://docs.bsky.app/docs/category/http-reference and https://docs.joinmastodon.org/methods/
const WITH_SIGN_IN: readonly Entry[] = [
  {
    why: "write",
    path: /^\/xrpc\/com\.atproto\.repo\.(?:applyWrites|createRecord|deleteRecord|putRecord|uploadBlob)$/,
  },
  { why: "write", path: /^\/api\/v1\/accounts\/[^/]+\/(?:un)?(?:follow|block)$/ },
  { why: "write", path: /^\/api\/v[12]\/(?:media(?:\/[^/]+)?|statuses)$/ },
  { why: "search", path: /^\/xrpc\/app\.bsky\.actor\.searchActors$/ },
  { why: "people", path: /^\/api\/(?:v1\/accounts\/lookup|v2\/search)$/ },
  { why: "sign_in", path: /^\/xrpc\/com\.atproto\.server\.\w+$/ },
  { why: "sign_in", path: /^\/(?:oauth\/.*|api\/v1\/accounts\/verify_credentials)$/ },
  { why: "own_follows", path: /^\/xrpc\/com\.atproto\.(?:repo\.(?:listRecords|getRecord)|sync\.get\w+)$/ },
  { why: "own_follows", path: /^\/api\/v1\/accounts\/(?:relationships|[^/]+\/following)$/ },
];

/** Return why lib/sessions sends a request. `isSigned`: it carries a sign-in; without one it is part of signing in or out. */
export function purposeOfSession({ pathname }: URL, isSigned: boolean): Purpose {
  if (!isSigned) return "sign_in";
  return WITH_SIGN_IN.find(({ path }) => path.test(pathname))?.why ?? "other";
}
