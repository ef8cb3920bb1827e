// lib/page/bridged.ts: the bridged address of people who are on the other network only.
import { expect, test } from "vitest";
import { bridgedOf } from "../../../extension/lib/page/bridged";
import { account, match } from "./fakes";

const BLUESKY = account({ address: "ada.example.org" });
const MASTODON = account({
  network: "fediverse",
  address: "ada_l@quai.example.org",
});

test("a person on the other network only is offered under the bridge's address", () => {
  const on = (one: typeof BLUESKY) => match("1", { accounts: [one] });
  expect(bridgedOf(on(BLUESKY), BLUESKY, ["fediverse"])).toEqual({
    network: "fediverse",
    address: "ada.example.org@bsky.brid.gy",
  });
  expect(bridgedOf(on(MASTODON), MASTODON, ["bluesky"])).toEqual({
    network: "bluesky",
    address: "ada-l.quai.example.org.ap.brid.gy",
  });
});

test("no bridge is offered to people with an account there, of a bridge's copy, or without a sign-in", () => {
  const both = match("1", { accounts: [BLUESKY, MASTODON] });
  expect(bridgedOf(both, BLUESKY, ["fediverse"])).toBeNull();
  const alone = match("1", { accounts: [BLUESKY] });
  expect(bridgedOf(alone, BLUESKY, [])).toBeNull();
  expect(bridgedOf(alone, BLUESKY, ["bluesky"])).toBeNull();
  const copy = account({ address: "ada.quai.example.org.ap.brid.gy" });
  expect(
    bridgedOf(match("1", { accounts: [copy] }), copy, ["fediverse"]),
  ).toBeNull();
  const did = account({ address: "did:plc:abc" });
  expect(
    bridgedOf(match("1", { accounts: [did] }), did, ["fediverse"]),
  ).toBeNull();
});
