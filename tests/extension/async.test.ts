// lib/async.ts: values read once, tasks in order, runs that coalesce.
import { expect, test, vi } from "vitest";
import {
  coalesce,
  makeOrder,
  makeSerializer,
  memoize,
} from "../../extension/lib/async";

/** Return a memoized read that resolves to 1, 2, 3, …; the calls numbered in `failing` reject. */
function counting(failing: readonly number[] = []) {
  let count = 0;
  return memoize(() => {
    count++;
    return failing.includes(count)
      ? Promise.reject(new Error("The disk is away."))
      : Promise.resolve(count);
  });
}

test("memoize reads once for all callers, also for those during the read", async () => {
  const read = counting();
  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
  expect(await read()).toBe(1);
});

test("memoize reads again after forget, even during a read", async () => {
  const read = counting();
  const before = read();
  read.forget();
  expect(await Promise.all([before, read()])).toEqual([1, 2]);
});

test("memoize does not keep a rejection", async () => {
  const read = counting([1]);
  await expect(read()).rejects.toThrow("The disk is away.");
  expect(await read()).toBe(2);
});

test("a late rejection does not drop a newer value", async () => {
  const read = counting([1]);
  const before = read();
  read.forget();
  const now = read();
  await expect(before).rejects.toThrow();
  expect(await now).toBe(2);
  expect(await read()).toBe(2);
});

/** Return tasks that log their start and wait until they are finished from outside. */
function tasks() {
  const log: string[] = [];
  const open = new Map<
    string,
    { resolve: (name: string) => void; reject: (error: Error) => void }
  >();
  const task = (name: string) => () => {
    log.push(name);
    return new Promise<string>((resolve, reject) =>
      open.set(name, { resolve, reject }),
    );
  };
  return {
    log,
    task,
    finish: (name: string) => open.get(name)?.resolve(name),
    fail: (name: string) => open.get(name)?.reject(new Error(name)),
  };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a serializer starts each task after the one before, in the order of the calls", async () => {
  const { log, task, finish } = tasks();
  const inOrder = makeSerializer();
  const results = [inOrder(task("a")), inOrder(task("b"))];
  await settle();
  expect(log).toEqual(["a"]);
  finish("a");
  await settle();
  expect(log).toEqual(["a", "b"]);
  finish("b");
  expect(await Promise.all(results)).toEqual(["a", "b"]);
});

test("a rejected task rejects for its caller and does not stop the next one", async () => {
  const { task, finish, fail } = tasks();
  const inOrder = makeSerializer();
  const [first, second] = [inOrder(task("a")), inOrder(task("b"))];
  await settle();
  fail("a");
  await expect(first).rejects.toThrow("a");
  finish("b");
  expect(await second).toBe("b");
});

test("coalesce runs once more after a run, however often it was called during it", async () => {
  const { log, task, finish } = tasks();
  const run = coalesce(async () => void (await task("run")()), vi.fn());
  void run();
  await settle();
  for (let times = 0; times < 3; times++) void run();
  await settle();
  expect(log).toEqual(["run"]);
  finish("run");
  await settle();
  expect(log).toEqual(["run", "run"]);
  finish("run");
  await settle();
  expect(log).toHaveLength(2);
});

test("coalesce reports a rejection and still makes the run that was asked for meanwhile", async () => {
  const { log, task, fail } = tasks();
  const onError = vi.fn();
  const run = coalesce(async () => void (await task("run")()), onError);
  void run();
  await settle();
  void run();
  fail("run");
  await settle();
  expect(onError).toHaveBeenCalledOnce();
  expect(log).toHaveLength(2);
});

test("coalesce resolves a call when a run has ended that began after it", async () => {
  const { log, task, finish } = tasks();
  const run = coalesce(async () => void (await task("run")()), vi.fn());
  const ended: string[] = [];
  void run().then(() => ended.push("first"));
  await settle();
  void run().then(() => ended.push("second"));
  finish("run");
  await settle();
  expect([log.length, ended]).toEqual([2, ["first"]]);
  finish("run");
  await settle();
  expect(ended).toEqual(["first", "second"]);
});

test("an answer that comes after that to a later question is not the newest", () => {
  const ask = makeOrder();
  const [first, second, third] = [ask(), ask(), ask()];
  expect([second(), first(), third()]).toEqual([true, false, true]);
});
