// Why a request is sent: one table, from what the request names to the sentence that people read (`sent.why_…`).

/** The purposes, in the order in which `sent.why_…` stand in the catalogues. */
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
  "other",
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What a request looks like, and why it is sent; the first entry that fits counts. `at` is host and path. */
interface Entry {
  readonly why: Purpose;
  readonly at: RegExp;
  readonly method?: "POST" | "DELETE";
  /** Only as an account of the person's own. */
  readonly signed?: true;
}

const XRPC = String.raw`^[^/]+/xrpc/`;
const TABLE: readonly Entry[] = [
  { why: "directory", at: /^[^/]+\/v1\/(directory\/|departures\.json)/ },
  { why: "registrar", at: /^[^/]+\/v1\/(claims|objections)/ },
  { why: "picture", at: /^pbs\.twimg\.com\// },
  { why: "x_post", at: /^(cdn\.syndication\.twimg\.com|publish\.x\.com|publish\.twitter\.com)\// },
  {
    why: "write",
    at: new RegExp(`${XRPC}com\\.atproto\\.repo\\.(applyWrites|createRecord|deleteRecord|putRecord)`),
  },
  { why: "sign_in", at: new RegExp(`${XRPC}com\\.atproto\\.server\\.`) },
  {
    why: "own_follows",
    signed: true,
    at: new RegExp(
      `${XRPC}(com\\.atproto\\.repo\\.(listRecords|getRecord)|com\\.atproto\\.sync\\.get(LatestCommit|RepoStatus)|app\\.bsky\\.graph\\.getRelationships)`,
    ),
  },
  { why: "search", at: new RegExp(`${XRPC}app\\.bsky\\.(actor\\.searchActors|graph\\.getFollows)`) },
  { why: "people", at: new RegExp(`${XRPC}app\\.bsky\\.actor\\.getProfiles?`) },
  { why: "account", at: new RegExp(`${XRPC}com\\.atproto\\.(identity|sync|repo)\\.`) },
  { why: "write", at: /^[^/]+\/api\/v1\/accounts\/[^/]+\/(follow|unfollow|block|unblock)/, method: "POST" },
  { why: "own_follows", at: /^[^/]+\/api\/v1\/accounts\/([^/]+\/following|relationships)/ },
  { why: "sign_in", at: /^[^/]+\/(oauth\/|api\/v1\/apps|api\/v1\/accounts\/verify_credentials)/ },
  {
    why: "sign_in",
    at: /^[^/]+\/(\.well-known\/(oauth-[a-z-]+|nodeinfo)|nodeinfo\/|api\/v[12]\/instance)/,
  },
  { why: "people", at: /^[^/]+\/api\/(v1\/accounts\/lookup|v2\/search)/ },
  { why: "account", at: /^plc\.directory\// },
  {
    why: "account",
    at: /^[^/]+\/\.well-known\/(webfinger|host-meta|did\.json|atproto-did|passerelle[a-z.-]*)/,
  },
];

/** Return why a request to this address is sent: "account" for what is read from an account's own server, at any path. */
export function purposeOf(url: URL, method: string, signed: boolean): Purpose {
  const at = `${url.host}${url.pathname}`;
  const entry = TABLE.find(
    (one) => one.at.test(at) && (!one.method || one.method === method) && (!one.signed || signed),
  );
  if (entry) return entry.why;
  return method === "GET" && !signed ? "account" : "other";
}
