// lib/page/follow.svelte.ts: what is sent for which button, and what waits for a sign-in.
import { expect, test, vi } from "vitest";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Follow, pendingKey } from "../../../extension/lib/page/follow.svelte";
import type {
  ApprovalView,
  ArchiveView,
  QueueView,
} from "../../../extension/lib/messages/messages.gen";
import type { Account } from "../../../extension/lib/sessions";
import { account, engineError, makeFakeEngine, match } from "./fakes";

const DID = "did:plc:me";
const ME = { id: DID, address: "me.example.org", expired: false } as Account;
const NAMED = account({ listed: false, address: "named.example.org" });

class Stored {
  archive = $state.raw<ArchiveView | null>({} as ArchiveView);
  approval = $state.raw<ApprovalView | null>(null);
  preferred = $state.raw<"bluesky" | "fediverse" | null>(null);
  queue = $state.raw<QueueView | null>(null);
}
class SignedIn {
  usable = $state.raw<Account | null>(ME);
  usableOnMastodon = $state.raw<Account | null>(null);
}

function makeFollow(answers = {}) {
  const fake = makeFakeEngine(answers);
  const [stored, signedIn, failures, askToSignIn] = [
    new Stored(),
    new SignedIn(),
    new Failures(),
    vi.fn(),
  ];
  return {
    ...fake,
    stored,
    signedIn,
    failures,
    askToSignIn,
    follow: new Follow(fake.engine, stored, signedIn, failures, askToSignIn),
  };
}

test("Follow all names nobody: the engine follows who is ticked", async () => {
  const { follow, calls } = makeFollow();
  await follow.start(null);
  expect(calls).toEqual([
    ["follow.start", { accounts: [DID], rest_ids: null }],
  ]);
});

test("who is signed in on both networks follows on both", async () => {
  const { follow, signedIn, calls } = makeFollow();
  signedIn.usableOnMastodon = { ...ME, id: "me@rive.example.org" };
  await follow.start(["1"]);
  expect(calls[0]?.[1]).toEqual({
    accounts: [DID, "me@rive.example.org"],
    rest_ids: ["1"],
  });
});

test("a row follows on its own network, after signing in there", async () => {
  const { follow, signedIn, calls, askToSignIn } = makeFollow();
  await follow.start(["1"], "fediverse");
  expect([calls, askToSignIn.mock.calls.length]).toEqual([[], 1]);
  const named = account({ network: "fediverse", address: "a@x.example.org" });
  signedIn.usableOnMastodon = { ...ME, id: "me@rive.example.org" };
  await follow.start(["1"], "fediverse");
  await follow.startOne(match("2"), { ...named, listed: false });
  expect(calls.map(([, fields]) => fields)).toMatchObject([
    { accounts: ["me@rive.example.org"], rest_ids: ["1"] },
    { account: "me@rive.example.org", address: "a@x.example.org" },
  ]);
});

test("the new account of one that has moved is followed under the old name, after signing in there", async () => {
  const { follow, signedIn, calls, askToSignIn } = makeFollow();
  const moved = account({ network: "fediverse", address: "a@x.example.org" });
  await follow.followMoved(match("1"), moved);
  expect(askToSignIn).toHaveBeenCalledOnce();
  signedIn.usableOnMastodon = { ...ME, id: "me@rive.example.org" };
  await follow.takeWaiting()?.();
  expect(calls).toEqual([
    [
      "follow.moved",
      { account: "me@rive.example.org", name: "a@x.example.org" },
    ],
  ]);
});

test("people asked for are pending until the engine answers, also when it refuses", async () => {
  let fail: (error: Error) => void = () => undefined;
  const { follow, failures } = makeFollow({
    "follow.start": () => new Promise((_, reject) => (fail = reject)),
  });
  const following = follow.start(["1", "2"]);
  expect([...follow.pending.keys()]).toEqual(["1 bluesky", "2 bluesky"]);
  fail(engineError("storage_full"));
  await following;
  expect(follow.pending.size).toBe(0);
  expect(failures.current?.code).toBe("storage_full");
});

test("without a usable account nothing is sent: the person is asked to sign in, then the follow goes on", async () => {
  const { follow, signedIn, calls, askToSignIn } = makeFollow();
  signedIn.usable = null;
  await follow.start(["1"]);
  expect(calls).toEqual([]);
  expect(askToSignIn).toHaveBeenCalledOnce();
  signedIn.usable = ME;
  await follow.afterSignIn(DID, follow.takeWaiting());
  expect(calls.map(([type]) => type)).toEqual([
    "follow.refresh",
    "follow.start",
  ]);
  expect(follow.takeWaiting()).toBeNull();
});

test("leaving the sign-in drops the follow that waited for it", async () => {
  const { follow, signedIn, calls } = makeFollow();
  signedIn.usable = null;
  await follow.start(["1"]);
  follow.takeWaiting();
  signedIn.usable = ME;
  await follow.afterSignIn(DID, follow.takeWaiting());
  expect(calls.map(([type]) => type)).toEqual(["follow.refresh"]);
});

test("an account that only a profile names is followed by its address, and its refusal shown", async () => {
  const error = { code: "account_not_found", message: "", params: {} };
  const { follow, calls, failures } = makeFollow({
    "follow.one": () => ({ error }),
  });
  await follow.startOne(match("1"), NAMED);
  expect(calls[0]?.[1]).toEqual({
    account: DID,
    row_id: null,
    screen_name: "name_1",
    rest_id: "1",
    address: "named.example.org",
  });
  expect(failures.current?.code).toBe("account_not_found");
});

test("a pending follow is of a person where the directory lists the account, else of the account", () => {
  expect(pendingKey(match("1"), account())).toBe("1 bluesky");
  expect(pendingKey(match("1"), NAMED)).toBe("1 named.example.org");
});

test.each([
  ["session_expired", DID, true],
  ["not_signed_in", DID, true],
  ["server_error", DID, false],
  ["session_expired", "did:plc:another", false],
])(
  "a queue that stopped with %s for %s: resumed after signing in: %s",
  async (code, owner, resumes) => {
    const { follow, stored, calls } = makeFollow();
    stored.queue = {
      accounts: [{ account: owner, error: { code, message: "", params: {} } }],
    } as QueueView;
    await follow.afterSignIn(DID, null);
    expect(calls.some(([type]) => type === "follow.resume")).toBe(resumes);
  },
);

test("without an archive there is nothing to compare the follows with", async () => {
  const { follow, stored, calls } = makeFollow();
  stored.archive = null;
  await follow.afterSignIn(DID, null);
  expect(calls).toEqual([]);
});

test("an account that was pressed twice is pending until both answers have come", async () => {
  const answers: ((value: unknown) => void)[] = [];
  const { follow } = makeFollow({
    "follow.start": () => new Promise((resolve) => answers.push(resolve)),
  });
  const [first, second] = [follow.start(["1"]), follow.start(["1"])];
  answers[0]?.({});
  await first;
  expect(follow.pending.has("1 bluesky")).toBe(true);
  answers[1]?.({});
  await second;
  expect(follow.pending.size).toBe(0);
});

test("speed, network and standing approval show as they were chosen, and as they are where that was not stored", async () => {
  let fail: (error: Error) => void = () => undefined;
  const store = () => new Promise((_, reject) => (fail = reject));
  const { follow, stored } = makeFollow({
    "follow.prefer": store,
    "follow.speed": store,
    "watch.approve": store,
  });
  const shown = () => [follow.speed, follow.preferred, follow.isApproved];
  const before = shown();
  const choices = [
    [() => follow.chooseSpeed("fast"), ["fast", null, false]],
    [() => follow.prefer("fediverse"), ["gentle", "fediverse", false]],
    [() => follow.approve(true), ["gentle", null, true]],
  ] as const;
  for (const [choose, expected] of choices) {
    const choosing = choose();
    expect(shown()).toEqual(expected);
    stored.queue = null; // a copy from before comes
    expect(shown()).toEqual(expected);
    fail(engineError("storage_full"));
    await choosing;
    expect(shown()).toEqual(before);
  }
});
