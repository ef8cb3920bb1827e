// lib/page/history.ts: the order of the history, and what of it can be undone.
import { expect, test } from "vitest";
import {
  counted,
  followersOf,
  linesOf,
  type StoredDone,
} from "../../../extension/lib/page/history";

const ME = "did:plc:me";

function done(
  what: StoredDone["done"],
  target: string,
  account = ME,
): StoredDone {
  return {
    account,
    network: "bluesky",
    target,
    address: `${target.slice(8)}.example.org`,
    done: what,
  };
}

function history(...all: StoredDone[]): Map<string, StoredDone> {
  return new Map(
    all.map((one, at) => [
      `2026-11-2${String(at)}T10:00:00+00:00 ${one.account} ${String(one.target)}`,
      one,
    ]),
  );
}

test("the newest line stands first and has its own time", () => {
  const lines = linesOf(
    history(done("followed", "did:plc:ada"), done("followed", "did:plc:bob")),
  );

  expect(lines.map(({ name }) => name)).toEqual(["did:plc:bob", "did:plc:ada"]);
  expect(lines[1]?.at.toISOString()).toBe("2026-11-20T10:00:00.000Z");
});

test("what was unfollowed since cannot be undone, what was followed again can, once", () => {
  const ada = "did:plc:ada";
  const lines = linesOf(
    history(
      done("followed", ada),
      done("unfollowed", ada),
      done("followed", ada),
      done("requested", "did:plc:bob"),
      done("followed", "did:plc:eve"),
      done("unfollowed", "did:plc:eve"),
    ),
  );

  expect(
    lines.filter(({ isUndoable }) => isUndoable).map(({ key }) => key),
  ).toEqual([
    `2026-11-23T10:00:00+00:00 ${ME} did:plc:bob`,
    `2026-11-22T10:00:00+00:00 ${ME} ${ada}`,
  ]);
  expect([...counted(lines)]).toEqual([[ME, 2]]);
});

test("a row finds the own account that followed it by did and by address", () => {
  const lines = linesOf(
    history(
      done("followed", "did:plc:ada", "did:plc:other"),
      done("unfollowed", "did:plc:eve"),
    ),
  );

  const followers = followersOf(lines);

  expect(followers.get("did:plc:ada")).toBe("did:plc:other");
  expect(followers.get("ada.example.org")).toBe("did:plc:other");
  expect(followers.has("did:plc:eve")).toBe(false);
});
