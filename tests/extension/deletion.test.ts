// lib/background/deletion.ts: deleting everything, to the end, whatever fails or ends meanwhile.
import { beforeEach, expect, test } from "vitest";
import { browser } from "wxt/browser";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { makeDeletion } from "../../extension/lib/background/deletion";
import * as settings from "../../extension/lib/settings";

const STEPS = [
  "sessions",
  "badges",
  "notifications",
  "seen",
  "engine",
  "sent",
  "settings",
] as const;
// Ending sessions sends something, which is counted.
const DONE = [...STEPS, "sent"];

let done: string[];
let failing: Partial<Record<(typeof STEPS)[number], Error>>;

beforeEach(() => {
  fakeBrowser.reset();
  done = [];
  failing = {};
});

function make() {
  const step = (name: (typeof STEPS)[number]) => async () => {
    done.push(name);
    if (failing[name]) throw failing[name];
    if (name === "settings") await settings.clear();
  };
  return makeDeletion({
    sessions: step("sessions"),
    badges: step("badges"),
    notifications: step("notifications"),
    seen: step("seen"),
    engine: step("engine"),
    sent: step("sent"),
    settings: step("settings"),
  });
}

test("the sessions go first, then everything else", async () => {
  await make().deleteAll();
  expect(done).toEqual(DONE);
});

test.each(STEPS)(
  "a failure of %s spares nothing else and is reported",
  async (name) => {
    failing[name] = new Error(name);
    await expect(make().deleteAll()).rejects.toThrow(name);
    expect(done).toEqual(DONE);
  },
);

test("a server that never confirms the end of a session does not hold up the rest", async () => {
  let confirm: () => void = () => undefined;
  const deletion = makeDeletion({
    sessions: () => new Promise<void>((resolve) => (confirm = resolve)),
    badges: () => Promise.resolve(),
    notifications: () => Promise.resolve(),
    seen: () => Promise.resolve(),
    engine: () => Promise.resolve(done.push("engine")),
    sent: () => Promise.resolve(),
    settings: () => Promise.resolve(confirm()),
  });
  await deletion.deleteAll();
  expect(done).toEqual(["engine"]);
});

test("a deletion that an ended browser interrupted is done at the next start, and only then", async () => {
  await make().resume();
  expect(done).toEqual([]);
  await browser.storage.local.set({ "deleting-everything": true });
  await make().resume();
  expect(done).toEqual(DONE);
  done = [];
  await make().resume();
  expect(done).toEqual([]);
});
