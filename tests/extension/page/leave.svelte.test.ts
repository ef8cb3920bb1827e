// lib/page/leave.svelte.ts: ticks show at once, none takes back another one, and other pages' ticks stay.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { parseLeaving } from "../../../extension/lib/page/leave";
import { Leave } from "../../../extension/lib/page/leave.svelte";
import { leaving, storeLeaving } from "../../../extension/lib/settings";
import { locks } from "../locks";
import { settle } from "./fakes";

// Node 20 has no locks.
vi.stubGlobal("navigator", { languages: ["en"], locks: { request: locks() } });

beforeEach(() => {
  fakeBrowser.reset();
});

const stored = async () => parseLeaving(await leaving()).done;

async function opened() {
  const leave = new Leave();
  leave.start();
  await vi.waitFor(() => {
    expect(leave.isLoaded).toBe(true);
  });
  return leave;
}

test("of ticks made quickly one after another all show, and all are stored", async () => {
  const leave = await opened();
  const seen: number[] = [];
  const note = () => seen.push(leave.current.done.length);
  const ticking = [leave.tick("archive", true), leave.tick("post", true)];
  note();
  ticking.push(leave.tick("profile", true));
  note();
  for (const one of ticking) {
    await one;
    note();
  }
  await settle();
  note();
  expect(seen).toEqual([2, 3, 3, 3, 3, 3]);
  expect([...(await stored())].sort()).toEqual(["archive", "post", "profile"]);
});

test("a tick made in another page meanwhile stays", async () => {
  const leave = await opened();
  const other = await opened();
  await Promise.all([leave.tick("archive", true), other.tick("post", true)]);
  await settle();
  await leave.tick("profile", true);
  expect([...(await stored())].sort()).toEqual(["archive", "post", "profile"]);
  await settle();
  expect(other.current).toEqual(leave.current);
});

test("a tick before the stored ones have been read keeps them", async () => {
  await storeLeaving({ way: "delete", done: ["archive"] });
  const leave = new Leave();
  leave.start();
  await leave.tick("post", true);
  expect(leave.current.way).toBe("delete");
  expect([...(await stored())].sort()).toEqual(["archive", "post"]);
});

test("a tick that could not be stored is taken back", async () => {
  const leave = await opened();
  vi.spyOn(fakeBrowser.storage.local, "set").mockRejectedValueOnce(
    new Error("no room"),
  );
  await expect(leave.tick("archive", true)).rejects.toThrow("no room");
  expect(leave.current.done).toEqual([]);
});
