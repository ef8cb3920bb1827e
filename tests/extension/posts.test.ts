// lib/background/posts.ts: the consent is asked for where it is needed, serves the account it is meant for, and ends unused.
import { beforeEach, expect, test, vi } from "vitest";
import {
  goOnWithPosts,
  makePostHandlers,
  type PostsBackground,
} from "../../extension/lib/background/posts";
import * as stores from "../../extension/lib/engine/stores";
import { SessionError } from "../../extension/lib/sessions";
import * as bluesky from "../../extension/lib/sessions/bluesky/sign-in";
import * as mastodon from "../../extension/lib/sessions/mastodon/sign-in";

const ADA = {
  kind: "oauth",
  id: "did:plc:ada",
  network: "bluesky",
  address: "ada.example.org",
  server: "https://pds.example.org",
  expired: false,
};
const ACCT = "ada@quai.example.org";
const ADA_M = {
  ...ADA,
  kind: "mastodon",
  id: ACCT,
  network: "fediverse",
  address: ACCT,
  server: "https://quai.example.org",
};

let state: Record<string, unknown>;
let log: string[];
let may: boolean;
let sent: () => Promise<unknown>;

beforeEach(() => {
  vi.restoreAllMocks();
  state = { "post bluesky": { state: "asked", account: ADA.id } };
  log = [];
  may = false;
  sent = () => Promise.resolve({});
  vi.spyOn(stores, "readState").mockImplementation(((key: string) =>
    Promise.resolve(state[key] ?? null)) as never);
  vi.spyOn(console, "error").mockReturnValue(undefined);
});

const noted = (what: string) => (id: unknown) => {
  log.push(
    `${what} ${String(typeof id === "object" ? (id as { id: string }).id : id)}`,
  );
  return Promise.resolve();
};

function parts(accounts: object[] = [ADA, ADA_M]): PostsBackground {
  return {
    sessions: {
      list: () => Promise.resolve(accounts),
      mayPost: () => Promise.resolve(may),
      hasConsent: () => Promise.resolve(may),
      addConsent: noted("add"),
      endConsent: noted("end"),
    },
    engine: {
      call: (type: string, fields: { network?: string }) => {
        log.push(`${type} ${fields.network ?? ""}`.trim());
        return sent();
      },
    },
    keepAlive: (work: () => Promise<unknown>) => work(),
    openPage: () => Promise.reject(new Error("not shown in tests")),
    oauth: () => ({}),
    client: () => ({}),
    send: () => Promise.reject(new Error("not sent in tests")),
  } as unknown as PostsBackground;
}

const allow = (account: string, over = parts()) =>
  Promise.resolve(
    makePostHandlers(over)["post.allow"]?.({ type: "post.allow", account }),
  );
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("the account's own server is asked, then the engine sends", async () => {
  const asked = vi
    .spyOn(bluesky, "consentToPost")
    .mockResolvedValue(ADA as never);
  await allow(ADA.id);
  expect(asked.mock.calls[0]?.[1]).toBe(ADA.id);
  const onMastodon = vi
    .spyOn(mastodon, "consentToPost")
    .mockResolvedValue(ADA_M as never);
  await allow(ACCT);
  expect(onMastodon.mock.calls[0]?.slice(1)).toEqual([ADA_M.server, false]);
  expect(log).toEqual([
    `add ${ADA.id}`,
    "post.send bluesky",
    `add ${ACCT}`,
    "post.send fediverse",
  ]);
});

test("where it may post already, no one is asked again", async () => {
  may = true;
  const asked = vi.spyOn(bluesky, "consentToPost");
  await allow(ADA.id);
  expect(asked).not.toHaveBeenCalled();
  expect(log).toEqual(["post.send bluesky"]);
});

test("the consent of another account ends at once and posts nothing", async () => {
  const other = { ...ADA, id: "did:plc:other" };
  vi.spyOn(bluesky, "consentToPost").mockResolvedValue(other as never);
  await expect(allow(ADA.id)).rejects.toMatchObject({
    code: "post_other_account",
    params: { address: ADA.address },
  });
  expect(log).toEqual(["add did:plc:other", "end did:plc:other"]);
});

test("a refusal says that nothing was posted, not that one is signed out", async () => {
  for (const [code, told] of [
    ["sign_in_denied", "post_denied"],
    ["sign_in_closed", "post_window_closed"],
    ["scope_missing", "post_closed"],
    ["server_unreachable", "server_unreachable"],
  ] as const) {
    vi.spyOn(bluesky, "consentToPost").mockRejectedValue(
      new SessionError(code, { host: "pds.example.org" }),
    );
    await expect(allow(ADA.id)).rejects.toMatchObject({ code: told });
  }
  await expect(allow("did:plc:gone")).rejects.toMatchObject({
    code: "not_signed_in",
  });
  const expired = parts([{ ...ADA, expired: true }]);
  await expect(allow(ADA.id, expired)).rejects.toMatchObject({
    code: "session_expired",
  });
  expect(log).toEqual([]);
});

test("a consent whose post was given up meanwhile ends unused; of one that is stored it stays", async () => {
  vi.spyOn(bluesky, "consentToPost").mockResolvedValue(ADA as never);
  sent = () => Promise.reject(new Error("No post was prepared."));
  await allow(ADA.id);
  await settled();
  expect(log).toEqual([`add ${ADA.id}`, "post.send bluesky"]);
  state = {};
  await allow(ADA.id);
  await settled();
  expect(log.at(-1)).toBe(`end ${ADA.id}`);
});

test("what a closed browser has cut off goes on; what waits for the person waits", async () => {
  await goOnWithPosts(parts());
  expect(log).toEqual([]);
  may = true;
  await goOnWithPosts(parts());
  expect(log).toEqual(["post.send bluesky"]);
  for (const view of [
    { state: "sending" },
    { state: "posted", has_consent: true },
  ]) {
    log = [];
    state = { "post fediverse": view };
    await goOnWithPosts(parts());
    expect(log).toEqual(["engine.start"]);
  }
  log = [];
  state = {
    "post bluesky": { state: "failed" },
    "post fediverse": { state: "posted", has_consent: false },
  };
  await goOnWithPosts(parts());
  expect(log).toEqual([]);
});
