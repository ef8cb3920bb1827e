// Switching badges on and off: access to x.com is asked for then, given back after, and nothing is left behind.
import { expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { BADGE_INDEX } from "../../extension/lib/rules/keys";
import {
  badgesState,
  restoreBadges,
  setBadges,
  X_ORIGINS,
} from "../../extension/lib/badge-switch";

/** A browser that answers `answer` when asked for permission, and remembers scripts and permissions. */
function browserThatAnswers(answer: boolean) {
  const granted = new Set<string>();
  const scripts = new Map<string, object>();
  const injected: unknown[] = [];
  fakeBrowser.reset();
  Object.assign(fakeBrowser.permissions, {
    request: ({ origins }: { origins: string[] }) => {
      if (answer) for (const origin of origins) granted.add(origin);
      return Promise.resolve(answer);
    },
    contains: ({ origins }: { origins: string[] }) =>
      Promise.resolve(origins.every((origin) => granted.has(origin))),
    remove: ({ origins }: { origins: string[] }) =>
      Promise.resolve(origins.every((origin) => granted.delete(origin))),
  });
  Object.assign(fakeBrowser.scripting, {
    getRegisteredContentScripts: () => Promise.resolve([...scripts.values()]),
    registerContentScripts: (added: { id: string }[]) => {
      for (const script of added) {
        if (scripts.has(script.id))
          throw new Error(`Duplicate script ID '${script.id}'`);
        scripts.set(script.id, script);
      }
      return Promise.resolve();
    },
    unregisterContentScripts: ({ ids }: { ids: string[] }) => {
      for (const id of ids) scripts.delete(id);
      return Promise.resolve();
    },
    executeScript: (injection: unknown) => {
      injected.push(injection);
      return Promise.reject(new Error("Frame with ID 0 is showing error page"));
    },
  });
  fakeBrowser.tabs.query = () => Promise.resolve([{ id: 7 }] as never);
  vi.spyOn(console, "debug").mockReturnValue(undefined); // the tab refuses the script
  return { granted, scripts, injected };
}

// Node 20 has no locks; one context needs none.
vi.stubGlobal("navigator", {
  locks: { request: (_: string, work: () => Promise<void>) => work() },
});

test("on: access to x.com, the script for new pages, and for those that are open", async () => {
  const { granted, scripts, injected } = browserThatAnswers(true);
  expect(await setBadges(true)).toBe("on");
  expect([...granted]).toEqual(X_ORIGINS);
  expect([...scripts.keys()]).toEqual(["x-reader", "x"]);
  expect(injected).toHaveLength(1); // a tab that refuses it is no reason to fail
});

test("refused: off, and nothing registered", async () => {
  const { scripts } = browserThatAnswers(false);
  expect(await setBadges(true)).toBe("off");
  expect([...scripts]).toEqual([]);
});

test("switched off while the browser still asks: off, with no script and no access, also when it is allowed then", async () => {
  const { granted, scripts } = browserThatAnswers(true);
  let allow: (isAllowed: boolean) => void = () => undefined;
  fakeBrowser.permissions.request = () =>
    new Promise((resolve) => (allow = resolve));
  const on = setBadges(true);
  expect(await setBadges(false)).toBe("off");
  for (const origin of X_ORIGINS) granted.add(origin);
  allow(true);
  expect(await on).toBe("off");
  expect([...granted, ...scripts]).toEqual([]);
});

test("off, and on again at once: on", async () => {
  const { scripts } = browserThatAnswers(true);
  await setBadges(true);
  const [, state] = await Promise.all([setBadges(false), setBadges(true)]);
  expect([state, await badgesState(), scripts.size]).toEqual(["on", "on", 2]);
});

test("off: no index, no script, no access", async () => {
  const { granted, scripts } = browserThatAnswers(true);
  await setBadges(true);
  await fakeBrowser.storage.local.set({
    [BADGE_INDEX]: { version: 1, keys: "" },
  });
  expect(await setBadges(false)).toBe("off");
  expect([...granted, ...scripts]).toEqual([]);
  expect(await fakeBrowser.storage.local.get(BADGE_INDEX)).toEqual({});
});

test("switching on twice, or after an update, registers each script once", async () => {
  const { scripts } = browserThatAnswers(true);
  await setBadges(true);
  await setBadges(true);
  await restoreBadges();
  expect(scripts.size).toBe(2);
});

test("one site taken back in the browser's own settings: badges go on at the others", async () => {
  const { granted } = browserThatAnswers(true);
  await setBadges(true);
  granted.delete("https://twitter.com/*");
  expect(await badgesState()).toBe("on");
});

test("access taken back in the browser's own settings: blocked, and nothing is started", async () => {
  const { granted, scripts } = browserThatAnswers(true);
  await setBadges(true);
  granted.clear();
  scripts.clear();
  expect(await badgesState()).toBe("blocked");
  await restoreBadges();
  expect(scripts.size).toBe(0);
});

test("a popup that the browser's question closes: what is allowed later is taken up by the background", async () => {
  const { granted, scripts } = browserThatAnswers(true);
  fakeBrowser.permissions.request = () => new Promise(() => undefined); // the popup is closed before the answer
  void setBadges(true);
  await new Promise((resolve) => setTimeout(resolve));
  for (const origin of X_ORIGINS) granted.add(origin);
  await restoreBadges();
  expect([await badgesState(), scripts.size]).toEqual(["on", 2]);
});
