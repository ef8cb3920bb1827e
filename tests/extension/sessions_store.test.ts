// lib/sessions/store.ts: several accounts on two networks, which one acts, and what earlier versions stored.
import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { deleteDB, openDB } from "idb";
import { beforeEach, expect, test } from "vitest";
import type { Session } from "../../extension/lib/sessions/records";
import * as store from "../../extension/lib/sessions/store";

const TOKENS = { access: "a", refresh: "r" };

function session(
  id: string,
  network: Session["network"],
  signedInAt: string,
): Session {
  return {
    kind: "app-password",
    id,
    network,
    address: `${id}.example.org`,
    server: "https://pds.example.org",
    tokens: TOKENS,
    signedInAt,
  };
}
const ADA = session("did:plc:ada", "bluesky", "2026-11-01");
const BEN = session("did:plc:ben", "bluesky", "2026-11-02");
const CID = session("did:plc:cid", "bluesky", "2026-11-03");
const ADA_M = session("ada@social.example.org", "fediverse", "2026-11-04");

beforeEach(() => deleteDB("sessions"));

const acting = async (network: Session["network"]) =>
  (await store.current(network))?.id ?? null;

test("the account signed in last acts on its network, and leaves the other network alone", async () => {
  for (const one of [ADA, ADA_M, BEN]) await store.add(one);
  expect(await acting("bluesky")).toBe(BEN.id);
  expect(await acting("fediverse")).toBe(ADA_M.id);
  expect((await store.all()).map(({ id }) => id)).toEqual([
    ADA.id,
    BEN.id,
    ADA_M.id,
  ]);
});

test("the acting account can be chosen, but only among those that are signed in", async () => {
  for (const one of [ADA, BEN]) await store.add(one);
  await store.makeCurrent(ADA.id);
  expect(await acting("bluesky")).toBe(ADA.id);
  await store.makeCurrent("did:plc:unknown");
  expect(await acting("bluesky")).toBe(ADA.id);
});

test("after the acting account has signed out, the latest remaining one of that network acts", async () => {
  for (const one of [ADA, BEN, CID, ADA_M]) await store.add(one);
  expect((await store.remove(CID.id))?.id).toBe(CID.id);
  expect(await acting("bluesky")).toBe(BEN.id);
  await store.remove(ADA.id);
  expect(await acting("bluesky")).toBe(BEN.id);
  await store.remove(BEN.id);
  expect(await acting("bluesky")).toBeNull();
  expect(await acting("fediverse")).toBe(ADA_M.id);
  expect(await store.remove(BEN.id)).toBeNull();
});

test("a session that was removed is not brought back by an update", async () => {
  await store.add(ADA);
  await store.remove(ADA.id);
  expect(await store.update(ADA)).toBe(false);
  expect(await store.all()).toEqual([]);
});

test("clearing returns what there was", async () => {
  await store.add(ADA);
  expect(await store.clear()).toEqual([ADA]);
  expect([await store.all(), await acting("bluesky")]).toEqual([[], null]);
});

test("sessions of version 1 are kept, signed in, with the same account acting", async () => {
  const dump = JSON.parse(
    readFileSync(
      new URL("../data/stored/sessions/1.json", import.meta.url),
      "utf8",
    ),
  ) as Record<"sessions" | "state", Record<string, unknown>>;
  const old = await openDB("sessions", 1, {
    upgrade: (created) => {
      for (const [name, records] of Object.entries(dump)) {
        const made = created.createObjectStore(name);
        for (const [key, value] of Object.entries(records))
          void made.put(value, key);
      }
    },
  });
  old.close();
  expect(await store.all()).toEqual([
    {
      kind: "app-password",
      id: "did:plc:000000000000000000000001",
      network: "bluesky",
      address: "ada.example.org",
      server: "https://pds.example.org",
      tokens: { access: "access-of-ada", refresh: "refresh-of-ada" },
      signedInAt: "2026-11-20T10:00:00.000Z",
    },
    {
      kind: "app-password",
      id: "did:plc:000000000000000000000002",
      network: "bluesky",
      address: "ben.example.org",
      server: "https://other.example.org",
      tokens: null,
      signedInAt: "2026-11-21T10:00:00.000Z",
    },
  ]);
  expect(await acting("bluesky")).toBe("did:plc:000000000000000000000001");
  expect(await acting("fediverse")).toBeNull();
});

test("a database of version 2 keeps its sessions and apps, and gets room for consents", async () => {
  const old = await openDB("sessions", 2, {
    upgrade: (created) => {
      void created.createObjectStore("sessions").put(ADA, ADA.id);
      void created.createObjectStore("state").put(ADA.id, "bluesky");
      void created
        .createObjectStore("apps")
        .put({ clientId: "app" }, "https://social.example.org https://back");
    },
  });
  old.close();
  expect(await store.all()).toEqual([ADA]);
  const app = await store.app("https://social.example.org", "https://back");
  expect(app?.clientId).toBe("app");
  expect(
    await store.app("https://social.example.org", "https://back", "post"),
  ).toBeNull();
  expect(await store.addConsent(ADA)).toBeNull();
  expect(await store.consents.get(ADA.id)).toEqual(ADA);
  expect(await store.removeConsent(ADA.id)).toEqual(ADA);
  expect(await store.consents.update(ADA)).toBe(false);
});
