// lib/page/join.svelte.ts and row-checks.svelte.ts: what a press calls, in which order, and what its failure shows.
import { expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  askToSendName,
  askToSendPost,
} from "../../../extension/lib/data-consent";
import type { JoinView } from "../../../extension/lib/messages/messages.gen";
import {
  isInDirectory,
  Join,
  sidesOf,
  titleOf,
} from "../../../extension/lib/page/join.svelte";
import { Targets } from "../../../extension/lib/page/targets.svelte";
import { RowChecks } from "../../../extension/lib/page/row-checks.svelte";
import type { Account } from "../../../extension/lib/sessions";
import { engineError, makeFakeEngine } from "./fakes";

const ME = {
  id: "did:plc:me",
  address: "ada.example.org",
  mayClaim: true,
} as Account;
const OFFER = {
  rest_id: "12",
  screen_name: "ada",
  registrar: "join.example.org",
};
const WANTED = {
  bluesky: ME,
  acct: null,
  leavingOn: null,
  kind: "person" as const,
  domain: null,
  hasPage: false,
};
const ROW = { row_id: "r1", rest_id: "12", screen_name: "ada" };

function view(over: Partial<JoinView> = {}): JoinView {
  return {
    purpose: "claim",
    status: "made",
    rest_id: "12",
    screen_name: "ada",
    did: "did:plc:me",
    acct: null,
    sides: [],
    error: null,
    ...over,
  } as JoinView;
}

function makeJoin(
  answers: Parameters<typeof makeFakeEngine>[0],
  stored: Partial<Record<"join" | "objection", JoinView>> = {},
) {
  const fake = makeFakeEngine({ "join.prepare": () => OFFER, ...answers });
  const opened: string[] = [];
  const open = async (url: string) => opened.push(url);
  const askFor = vi.fn(async (account: Account) => account);
  const views = { join: null, objection: null, ...stored };
  const join = new Join(fake.engine, views, { askFor, usable: ME }, open);
  return { ...fake, opened, askFor, join };
}

test("after joining, the page of one's own is made and taken away by a press", async () => {
  const { join, calls } = makeJoin({}, { join: view({ status: "proven" }) });
  await join.wishPage(true);
  await join.wishPage(false);
  const check = { purpose: "claim", post: null };
  expect(calls).toEqual([
    ["join.check", { ...check, public_page: "unlisted" }],
    ["join.check", { ...check, public_page: "none" }],
  ]);
});

test("without the browser's consent nothing is sent; with it, it is asked for within the press", async () => {
  const fake = makeFakeEngine({ "join.prepare": () => OFFER });
  const answers = [false, true];
  const askConsent = vi.fn(async () => answers.shift() ?? true);
  const join = new Join(
    fake.engine,
    { join: null, objection: view({ purpose: "objection" }) },
    { askFor: async (account: Account) => account, usable: ME },
    async () => undefined,
    askConsent,
  );
  await join.prepare();
  fake.calls.length = 0;
  const pressed = join.start(WANTED, "I moved");
  expect(askConsent).toHaveBeenCalledOnce(); // before anything else is waited for
  await pressed;
  expect(fake.calls).toEqual([]);
  expect(join.failureOf("claim")?.code).toBe("consent_refused");
  await join.object({ x: null, bluesky: ME, acct: null });
  expect(fake.calls.map(([type]) => type)).toEqual(["join.start"]);
});

test("Firefox alone is asked for the consent, by Mozilla's word", async () => {
  const request = vi
    .spyOn(fakeBrowser.permissions, "request")
    .mockImplementation((() => Promise.resolve(false)) as never);
  expect(await askToSendName(false)).toBe(true);
  expect(request).not.toHaveBeenCalled();
  expect(await askToSendName(true)).toBe(false);
  expect(request).toHaveBeenCalledWith({
    data_collection: ["personallyIdentifyingInfo"],
  });
  expect(await askToSendPost(false)).toBe(true);
  expect(await askToSendPost(true)).toBe(false);
  expect(request).toHaveBeenLastCalledWith({
    data_collection: ["personalCommunications"],
  });
});

test("one press makes the claim with its record and opens the post", async () => {
  const { join, calls, opened } = makeJoin({
    "join.post": () => ({ url: "https://x.com/intent/post?text=a" }),
  });
  await join.prepare();
  await join.start({ ...WANTED, leavingOn: "2026-12-31" }, "I moved");
  expect(calls.map(([type]) => type)).toEqual([
    "join.prepare",
    "join.start",
    "join.post",
  ]);
  expect(calls[1]?.[1]).toMatchObject({
    rest_id: "12",
    did: ME.id,
    account: ME.id,
    leaving_on: "2026-12-31",
  });
  expect(opened).toEqual(["https://x.com/intent/post?text=a"]);
  expect(join.isAwaitingPost).toBe(true);
});

test.each([
  [true, "unlisted"],
  [false, null],
])(
  "whether a page is wanted (%s) goes with the claim, also with the second try",
  async (hasPage, sent) => {
    const { join, calls } = makeJoin(
      {},
      { join: view({ status: "starting", wants_page: hasPage }) },
    );
    await join.prepare();
    await join.start({ ...WANTED, hasPage }, "I moved");
    await join.startAgain("claim");
    const wishes = calls.flatMap(([type, fields]) =>
      type === "join.start" ? [fields] : [],
    );
    expect(wishes).toMatchObject([
      { public_page: sent },
      { public_page: sent },
    ]);
  },
);

test("an organisation that names its website has its file read after the claim was made", async () => {
  const { join, calls } = makeJoin({});
  await join.prepare();
  const fields = { bluesky: null, acct: "info@museum.example.org" };
  await join.start(
    { ...WANTED, ...fields, kind: "ngo", domain: "museum.example.org" },
    "We moved",
  );
  expect(calls.slice(1)).toMatchObject([
    [
      "join.start",
      { kind: "ngo", domain: "museum.example.org", acct: fields.acct },
    ],
    ["join.check", { purpose: "claim", post: null }],
  ]);
});

test("while a domain is being typed there is no file, and other failures are raised", async () => {
  const codes = ["own_domain", "claim_incomplete", "bug"];
  const { join } = makeJoin({
    "join.file": () => {
      throw engineError(codes.shift() ?? "");
    },
  });
  const fields = { rest_id: "12", screen_name: "ada", domain: "museum" };
  expect(await join.makeFile(fields)).toBeNull();
  expect(await join.makeFile(fields)).toBeNull();
  await expect(join.makeFile(fields)).rejects.toThrow();
});

test("a sign-in that may not write the entry is asked for first, and only then", async () => {
  const { join, calls, askFor } = makeJoin({});
  const closed = { ...ME, mayClaim: false };
  askFor.mockRejectedValueOnce(engineError("sign_in_refused"));
  await join.prepare();
  await join.start({ ...WANTED, bluesky: closed }, "I moved");
  expect(askFor).toHaveBeenCalledWith(closed, ["claim"]);
  expect(calls.map(([type]) => type)).toEqual(["join.prepare"]);
  await join.writeRecord("claim", ME);
  expect(askFor).toHaveBeenCalledTimes(1);
});

test("without a Bluesky account no post is opened by itself", async () => {
  const { join, calls, opened } = makeJoin({});
  await join.prepare();
  await join.start({ ...WANTED, bluesky: null, acct: "ada@a.example" }, "");
  expect(calls.at(-1)).toMatchObject([
    "join.start",
    { acct: "ada@a.example", did: null, account: null },
  ]);
  expect(opened).toEqual([]);
});

test("a registrar that is silent opens no post, and its failure is shown with the claim", async () => {
  const { join, opened } = makeJoin({
    "join.start": () => {
      throw engineError("server_unreachable", { host: "join.example.org" });
    },
  });
  await join.prepare();
  await join.start(WANTED, "I moved");
  expect(opened).toEqual([]);
  expect(join.failureOf("claim")?.code).toBe("server_unreachable");
  expect(join.failureOf("objection")).toBeNull();
  expect(join.busy.claim).toBeUndefined();
});

test("a second press while the first is under way does nothing", async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { join, calls } = makeJoin({
    "join.check": () => new Promise((done) => (answer = done)),
  });
  const first = join.check("claim", "https://x.com/ada/status/1");
  await join.check("claim");
  answer({});
  await first;
  expect(calls).toEqual([
    ["join.check", { purpose: "claim", post: "https://x.com/ada/status/1" }],
  ]);
});

test("opening the page asks for the state of what is open, and of nothing else", async () => {
  const { join, calls } = makeJoin(
    {},
    { join: view(), objection: view({ status: "carried_out" }) },
  );
  await join.prepare();
  expect(calls.slice(1)).toEqual([["join.refresh", { purpose: "claim" }]]);
});

test("an answer that was lost is asked for again with the same accounts", async () => {
  const { join, calls } = makeJoin(
    {},
    {
      join: view({
        status: "starting",
        leaving_on: "2026-12-31",
        account: null,
      }),
    },
  );
  await join.startAgain("claim");
  expect(calls).toMatchObject([
    [
      "join.start",
      {
        purpose: "claim",
        rest_id: "12",
        did: ME.id,
        account: ME.id,
        leaving_on: "2026-12-31",
      },
    ],
  ]);
});

test("each account of a claim has its side, also before anything was read", () => {
  const read = {
    side: "x",
    state: "holds",
    kind: "x_post",
    url: null,
    reason: null,
    gone_at: null,
  } as const;
  const sides = sidesOf(view({ acct: "ada@a.example", sides: [read] }));
  expect(sides.map(({ side, state }) => `${side} ${state}`)).toEqual([
    "x holds",
    "bluesky missing",
    "fediverse missing",
  ]);
});

test("a row is read only at the second press, and also where access to X's post data is refused", async () => {
  const proofs = {
    claims: ["0123456789abcdef"],
    x_origins: ["https://cdn.syndication.twimg.com/*"],
  };
  const { engine, calls } = makeFakeEngine({
    "row.proofs": () => proofs,
    "row.check": () => ({ grade: "claimed" }),
  });
  const ask = vi.fn(async () => false);
  const checks = new RowChecks(engine, ask);
  await checks.prepare(ROW);
  expect(calls).toEqual([["row.proofs", ROW]]);
  expect(ask).not.toHaveBeenCalled();
  await checks.check(ROW);
  expect(ask).toHaveBeenCalledWith(proofs.x_origins);
  expect(checks.of("r1")).toMatchObject({
    result: { grade: "claimed" },
    isBusy: false,
    failure: null,
  });
  expect(checks.of("r2").proofs).toBeNull();
});

test.each([
  ["made", false, "join.joining", false],
  ["checked", false, "join.joining", false],
  ["proven", false, "join.yours", true],
  ["unproven", true, "join.yours", true],
  ["withdrawn", true, "join.leaving_it", true],
  ["lost", false, "join.title", false],
] as const)(
  "of a claim that is %s (listed: %s) the title is %s",
  (status, is_listed, title, isThere) => {
    expect(titleOf({ status, is_listed })).toBe(title);
    expect(isInDirectory({ status, is_listed })).toBe(isThere);
  },
);

test("a form names the accounts that are ticked, and a Mastodon address without the blanks around it", () => {
  const mastodon = { id: "ada@quai.example.org" } as Account;
  const targets = new Targets({ usable: ME, usableOnMastodon: mastodon });
  expect([targets.bluesky, targets.acct, targets.isAny]).toEqual([
    ME,
    null,
    true,
  ]);
  targets.isOnMastodon = true;
  targets.typed = " ada@gare.example.org ";
  targets.isOnBluesky = false;
  expect([targets.bluesky, targets.acct]).toEqual([
    null,
    "ada@gare.example.org",
  ]);
  targets.typed = " ";
  expect(targets.isAny).toBe(false);
  expect(new Targets({ usable: null, usableOnMastodon: mastodon }).acct).toBe(
    "ada@quai.example.org",
  );
});
