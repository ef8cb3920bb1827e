// lib/page/account.svelte.ts: the account that is signed in, and the draft of a sign-in.
import { beforeEach, expect, test } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { SignedIn } from "../../../extension/lib/page/account.svelte";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import type { Account, Credentials } from "../../../extension/lib/sessions";
import { engineError, makeFakeEngine, settle } from "./fakes";

const ME = {
  kind: "app-password",
  id: "did:plc:me",
  network: "bluesky",
  address: "me.example.org",
  server: "https://pds.example.org",
  expired: false,
  endsAt: null,
  maySearch: true,
  mayClaim: true,
  mayBlock: true,
} as const satisfies Account;

beforeEach(() => {
  fakeBrowser.reset();
});

function makeSignedIn(first: Account | null = null) {
  let now: Account | null = first;
  let changed: () => void = () => undefined;
  const reads = { count: 0 };
  const sessions = {
    list: () => {
      reads.count += 1;
      return Promise.resolve(now ? [now] : []);
    },
    current: (network: string) =>
      Promise.resolve(now?.network === network ? now : null),
    makeCurrent: () => Promise.resolve(),
    signIn: () => Promise.resolve((now = ME)),
    signOut: () =>
      Promise.reject(engineError("server_unreachable", { host: "h" })),
    onChange: (listener: () => void) => {
      changed = listener;
      return () => undefined;
    },
  };
  const failures = new Failures();
  const signedIn = new SignedIn(makeFakeEngine().engine, sessions, failures);
  const change = (account: Account | null) => {
    now = account;
    changed();
  };
  const setQuietly = (account: Account) => {
    now = account;
  };
  return { signedIn, failures, change, setQuietly, reads };
}

test("an expired account is shown, but is not usable", async () => {
  const { signedIn, change } = makeSignedIn(ME);
  await signedIn.start();
  expect(signedIn.usable).toEqual(ME);
  change({ ...ME, expired: true });
  await settle();
  expect([signedIn.account?.id, signedIn.usable]).toEqual([ME.id, null]);
});

test("a session that ends by itself is shown as ended while the page stays open, and nothing is read before", async () => {
  const endsAt = "2026-11-20T12:00:00.000Z";
  const running: Account = { ...ME, kind: "oauth", endsAt };
  const { signedIn, setQuietly, reads } = makeSignedIn(running);
  await signedIn.start();
  setQuietly({ ...running, expired: true });
  const before = reads.count;
  await signedIn.endBy(Date.parse(endsAt) - 1);
  expect([reads.count - before, signedIn.usable]).toEqual([0, running]);
  await signedIn.endBy(Date.parse(endsAt));
  expect([signedIn.account?.expired, signedIn.usable]).toEqual([true, null]);
  await signedIn.endBy(Date.parse(endsAt) + 1);
  expect(reads.count - before).toBe(1);
});

test("a handle typed in a popup that closed is there again, until the sign-in succeeds", async () => {
  const before = makeSignedIn().signedIn;
  await before.start();
  await before.keepDraft("bluesky", "me.exam");
  const { signedIn } = makeSignedIn();
  expect(await signedIn.start()).toBe(true);
  expect(signedIn.draft?.typed).toBe("me.exam");
  await signedIn.signIn({} as Credentials);
  expect(signedIn.draft).toBeNull();
  expect(await makeSignedIn(ME).signedIn.start()).toBe(false);
});

test("a failure of signing out is shown", async () => {
  const { signedIn, failures } = makeSignedIn(ME);
  await signedIn.start();
  await signedIn.signOut(ME.id);
  expect(failures.current?.code).toBe("server_unreachable");
});

test("a further consent also asks for what was allowed before, since its tokens replace the earlier ones", async () => {
  const { signedIn } = makeSignedIn();
  const asked: unknown[] = [];
  fakeBrowser.runtime.onMessage.addListener((message: unknown) => {
    asked.push(message);
    return Promise.resolve(ME);
  });
  const account = {
    ...ME,
    kind: "oauth",
    mayClaim: false,
    mayBlock: false,
  } as const;
  await signedIn.askFor(account, ["claim"]);
  await signedIn.askToSearch({ ...account, maySearch: false });
  expect(asked).toEqual([
    { type: "sign-in.bluesky", typed: ME.id, further: ["search", "claim"] },
    { type: "sign-in.bluesky", typed: ME.id, further: ["search"] },
  ]);
});

test("of two reads that overlap, the later one counts", async () => {
  const answers: ((account: Account | null) => void)[] = [];
  const current = () =>
    new Promise<Account | null>((resolve) => answers.push(resolve));
  const sessions = {
    list: () => Promise.resolve([]),
    current: (network: string) =>
      network === "bluesky" ? current() : Promise.resolve(null),
    onChange: () => () => undefined,
  };
  const { engine } = makeFakeEngine();
  const signedIn = new SignedIn(engine, sessions as never, new Failures());
  const first = signedIn.read();
  await settle();
  const second = signedIn.read();
  await settle();
  answers[1]?.(null);
  await settle();
  answers[0]?.(ME);
  await settle();
  answers[1]?.(null);
  await Promise.all([first, second]);
  expect(signedIn.account).toBeNull();
});
