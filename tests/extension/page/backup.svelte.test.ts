// lib/page/backup.svelte.ts: a chosen file is looked at first; only a yes restores it; errors stand in place.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { EngineError } from "../../../extension/lib/engine/client";
import { Backups } from "../../../extension/lib/page/backup.svelte";
import * as settings from "../../../extension/lib/settings";

const CONTENTS = {
  screen_name: "ada",
  people: 3,
  decisions: 1,
  followed: 2,
  waiting: 1,
  has_approval: false,
};
const VIEW = {
  saved_at: "2026-11-28T09:00:00+00:00",
  settings: { language: "fr", pictures: true },
  file: CONTENTS,
  here: { ...CONTENTS, people: 0 },
};
const FILE = new File(["{}"], "passerelle-backup-2026-11-28.json");

let asked: [string, object, readonly File[]][];
let failing: string | null;
let used: object[];
let backups: Backups;

beforeEach(() => {
  fakeBrowser.reset();
  asked = [];
  used = [];
  failing = null;
  const call = vi.fn(
    (type: string, fields: object, files: readonly File[] = []) => {
      asked.push([type, fields, files]);
      if (failing) return Promise.reject(new EngineError(failing, "no"));
      return Promise.resolve(VIEW);
    },
  );
  backups = new Backups({ call } as never, (restored) => {
    used.push(restored);
    return Promise.resolve();
  });
});

test("a chosen file is looked at, and restored only after yes", async () => {
  await backups.choose(FILE);
  expect(asked).toEqual([["backup.look", { names: [FILE.name] }, [FILE]]]);
  expect(backups.found).toEqual(VIEW);
  expect(used).toEqual([]);
  await backups.restore();
  expect(asked[1]).toEqual(["backup.restore", { names: [FILE.name] }, [FILE]]);
  expect(used).toEqual([VIEW.settings]);
  expect([backups.found, backups.restored]).toEqual([null, VIEW]);
});

test("a no forgets the file", async () => {
  await backups.choose(FILE);
  backups.leave();
  await backups.restore();
  expect(asked).toHaveLength(1);
  expect(backups.restored).toBeNull();
});

test("an unreadable file is said, and asks nothing", async () => {
  failing = "backup_unreadable";
  await backups.choose(FILE);
  expect(backups.failure?.code).toBe("backup_unreadable");
  expect(backups.found).toBeNull();
});

test("a restore that is refused changes no setting, and says why", async () => {
  await backups.choose(FILE);
  failing = "backup_while_busy";
  await backups.restore();
  expect(backups.failure?.code).toBe("backup_while_busy");
  expect(used).toEqual([]);
  expect([backups.found, backups.restored, backups.isRestoring]).toEqual([
    null,
    null,
    false,
  ]);
});

test("the settings of the pages travel with a saved copy", async () => {
  await settings.setLanguage("ja");
  await settings.setPicturesOn(true);
  failing = "bug"; // no page here to save a file with
  await backups.save();
  expect(asked).toEqual([
    ["backup.make", { settings: { language: "ja", pictures: true } }, []],
  ]);
  expect(backups.isSaving).toBe(false);
});
