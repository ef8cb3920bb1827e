// What is read once and kept: until it may have changed, and never a failure.
import { expect, test } from "vitest";
import { remember } from "../../extension/lib/async";

/** A reading that gives 1, 2, 3, …; it fails at those in `failing`. */
function counting(failing: readonly number[] = []) {
  let count = 0;
  return remember(() => {
    count++;
    return failing.includes(count)
      ? Promise.reject(new Error("The disk is away."))
      : Promise.resolve(count);
  });
}

test("what was read is kept, also for those who ask meanwhile", async () => {
  const read = counting();
  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
  expect(await read()).toBe(1);
});

test("what may have changed is read again, even while it is being read", async () => {
  const read = counting();
  const before = read();
  read.forget();
  expect(await Promise.all([before, read()])).toEqual([1, 2]);
});

test("a reading that failed is tried again", async () => {
  const read = counting([1]);
  await expect(read()).rejects.toThrow("The disk is away.");
  expect(await read()).toBe(2);
});

test("a failure that comes late takes away nothing newer", async () => {
  const read = counting([1]);
  const before = read();
  read.forget();
  const now = read();
  await expect(before).rejects.toThrow();
  expect(await now).toBe(2);
  expect(await read()).toBe(2);
});
