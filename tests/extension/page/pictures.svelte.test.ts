// lib/page/pictures.svelte.ts: nothing is loaded before the person switches pictures on, and each picture once.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing";
import type { GuessView } from "../../../extension/lib/messages/messages.gen";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Pictures } from "../../../extension/lib/page/pictures.svelte";
import { makeFakeEngine, settle } from "./fakes";

vi.mock("../../../extension/lib/page/picture-hash", () => ({
  areAlike: (one: string, other: string) => one === other,
  hashPicture: (url: string) =>
    Promise.resolve(url.includes("flat") ? null : url.slice(-1)),
}));
beforeEach(() => {
  fakeBrowser.reset();
});

const account = {
  network: "bluesky",
  address: "ada.bsky.social",
} as GuessView["accounts"][number];
const guess = { rest_id: "1", accounts: [account] } as unknown as GuessView;
const FIELDS = {
  rest_id: "1",
  network: "bluesky",
  address: "ada.bsky.social",
};

async function opened(answer: { on_x: string | null; account: string | null }) {
  const { engine, calls } = makeFakeEngine({ "pictures.load": () => answer });
  const pictures = new Pictures(engine, new Failures());
  await settle();
  return { pictures, calls };
}

test("nothing is loaded before pictures are switched on, and then each picture once", async () => {
  const { pictures, calls } = await opened({ on_x: "data:a", account: null });
  await pictures.load(guess, account);
  expect(calls).toEqual([]);
  await pictures.switch(true);
  await pictures.load(guess, account);
  await pictures.load(guess, account);
  expect(calls).toEqual([["pictures.load", FIELDS]]);
  expect(pictures.of(guess, account)?.on_x).toBe("data:a");
  await pictures.switch(false);
  expect(pictures.of(guess, account)).toBeNull();
});

test("the choice is remembered", async () => {
  const first = await opened({ on_x: null, account: null });
  expect(first.pictures.isOn).toBe(false);
  await first.pictures.switch(true);
  expect((await opened({ on_x: null, account: null })).pictures.isOn).toBe(
    true,
  );
});

test.each([
  [{ on_x: "data:a", account: "data:a" }, [true]],
  [{ on_x: "data:a", account: "data:b" }, [false]],
  [{ on_x: "data:a", account: "data:flat" }, []],
  [{ on_x: null, account: "data:b" }, []],
])(
  "whether %j are alike is stored where both can be compared",
  async (answer, expected) => {
    const { pictures, calls } = await opened(answer);
    await pictures.switch(true);
    await pictures.load(guess, account);
    const compared = calls.filter(([type]) => type === "pictures.compare");
    expect(compared).toEqual(
      expected.map((is_alike) => ["pictures.compare", { ...FIELDS, is_alike }]),
    );
  },
);
