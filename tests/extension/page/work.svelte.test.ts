// lib/page/work.svelte.ts: which work the page shows, how far it is, and which error.
import { expect, test } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { Failures } from "../../../extension/lib/page/failures.svelte";
import { Work } from "../../../extension/lib/page/work.svelte";
import type {
  DirectoryView,
  WorkView,
} from "../../../extension/lib/messages/messages.gen";
import { engineError, makeFakeEngine, settle } from "./fakes";

const FILE = { names: ["x.zip"], files: [new File(["PK"], "x.zip")] };

function work(changes: Partial<WorkView> = {}): WorkView {
  const started_at = "2026-11-27T10:00:00Z";
  return {
    command: "archive.open",
    step: "reading",
    done: 3,
    total: 9,
    started_at,
    error: null,
    ...changes,
  };
}

class Stored {
  work = $state.raw<WorkView | null>(null);
  directory = $state.raw<DirectoryView | null>(null);
}

async function makeWork(answers = {}) {
  fakeBrowser.reset();
  const fake = makeFakeEngine(answers);
  const stored = new Stored();
  const failures = new Failures();
  const subject = new Work(fake.engine, stored, failures);
  await subject.start();
  return { ...fake, stored, failures, subject };
}

test("a work is shown from the press of the button until its reply", async () => {
  let finish: (value: unknown) => void = () => undefined;
  const { subject } = await makeWork({
    "archive.open": () => new Promise((resolve) => (finish = resolve)),
  });
  const opening = subject.open(FILE);
  expect(subject.current).toBe("archive.open");
  finish({});
  await opening;
  expect(subject.current).toBeNull();
});

test("changing to the other archive is a work like reading one", async () => {
  let finish: (value: unknown) => void = () => undefined;
  const { subject } = await makeWork({
    "archive.replace": () => new Promise((resolve) => (finish = resolve)),
  });
  const replacing = subject.replaceArchive();
  expect(subject.current).toBe("archive.replace");
  finish({});
  await replacing;
  expect(subject.current).toBeNull();
});

test("a work that another page started is shown, one that failed is not", async () => {
  const { subject, stored } = await makeWork();
  stored.work = work({ command: "directory.update" });
  expect(subject.current).toBe("directory.update");
  stored.work = work({
    error: { code: "interrupted", message: "", params: {} },
  });
  expect(subject.current).toBeNull();
});

test("following is no work that the page waits for", async () => {
  const { subject, stored } = await makeWork();
  stored.work = work({ command: "follow.start", step: "following" });
  expect(subject.current).toBeNull();
});

test("progress is the engine's start, then the work's own events, else what is stored", async () => {
  const { subject, stored, emit } = await makeWork();
  expect(subject.progress).toEqual({ step: "runtime", done: 0, total: 0 });
  stored.work = work();
  expect(subject.progress).toMatchObject({
    step: "reading",
    done: 3,
    total: 9,
  });
  emit({
    type: "work.progress",
    command: "archive.open",
    step: "matching",
    done: 1,
    total: 2,
  });
  expect(subject.progress).toMatchObject({
    step: "matching",
    done: 1,
    total: 2,
  });
  emit({ type: "engine.progress", step: "packages" });
  expect(subject.progress).toEqual({ step: "packages", done: 0, total: 0 });
  emit({ type: "engine.died" });
  expect(subject.progress.step).toBe("matching");
});

test("the error of a stored work is shown until it is dismissed, also in pages opened later", async () => {
  const { subject, stored, engine } = await makeWork();
  stored.work = work({
    error: { code: "interrupted", message: "", params: {} },
  });
  expect(subject.error?.code).toBe("interrupted");
  subject.dismissError();
  expect(subject.error).toBeNull();
  await settle();
  const later = new Work(engine, stored, new Failures());
  await later.start();
  expect(later.error).toBeNull();
  stored.work = work({
    started_at: "2026-11-27T11:00:00Z",
    error: { code: "timeout", message: "", params: {} },
  });
  expect(later.error?.code).toBe("timeout");
});

test("what the person cancelled is no error", async () => {
  const { subject, stored } = await makeWork({
    "archive.open": () => Promise.reject(engineError("cancelled")),
  });
  await subject.open(FILE);
  expect(subject.error).toBeNull();
  stored.work = work({ error: { code: "cancelled", message: "", params: {} } });
  expect(subject.error).toBeNull();
});

test("an error that stands beside the directory is not shown a second time", async () => {
  const { subject, stored, failures } = await makeWork();
  const error = {
    code: "server_unreachable",
    message: "",
    params: { host: "dir.example.org" },
  };
  failures.current = { code: error.code, params: error.params };
  expect(subject.error?.code).toBe("server_unreachable");
  stored.directory = { error } as unknown as DirectoryView;
  expect(subject.error).toBeNull();
});

test("a command that fails shows its error, and the next command removes it", async () => {
  const { subject, answers } = await makeWork({
    "directory.update": () =>
      Promise.reject(engineError("server_unreachable", { host: "h" })),
  });
  await subject.updateDirectory();
  expect(subject.error).toEqual({
    code: "server_unreachable",
    params: { host: "h" },
  });
  answers["directory.update"] = () => ({});
  await subject.updateDirectory();
  expect(subject.error).toBeNull();
});

test("full storage is shown until there is room, or until the engine is gone", async () => {
  const { subject, emit } = await makeWork();
  expect(subject.isStorageFull).toBe(false);
  emit({ type: "storage.changed", is_full: true });
  expect(subject.isStorageFull).toBe(true);
  emit({ type: "storage.changed", is_full: false });
  expect(subject.isStorageFull).toBe(false);
  emit({ type: "storage.changed", is_full: true });
  emit({
    type: "engine.died",
    error: { code: "engine_died", message: "", params: {} },
  });
  expect(subject.isStorageFull).toBe(false);
});

test("a work of a running engine begins with its own first step, not with the engine's start", async () => {
  const { subject, emit } = await makeWork({
    "archive.open": () => new Promise(() => undefined),
  });
  emit({ type: "engine.progress", step: "packages" });
  emit({ type: "engine.progress", step: "ready" });
  void subject.open(FILE);
  expect(subject.progress.step).toBe("reading");
  emit({ type: "engine.died" });
  expect(subject.progress.step).toBe("runtime");
});

test("of two works of a page, the end of the later one leaves the earlier one shown", async () => {
  let finish: (value: unknown) => void = () => undefined;
  const { subject } = await makeWork({
    "archive.open": () => new Promise((resolve) => (finish = resolve)),
    "directory.update": () => Promise.reject(engineError("busy")),
  });
  const opening = subject.open(FILE);
  await subject.updateDirectory();
  expect(subject.current).toBe("archive.open");
  finish({});
  await opening;
  expect(subject.current).toBeNull();
});
