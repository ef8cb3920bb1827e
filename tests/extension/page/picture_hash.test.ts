// lib/page/picture-hash.ts: two pictures are alike although size, light and compression differ; others are not.
import { expect, test } from "vitest";
import {
  areAlike,
  differenceHash,
  HEIGHT,
  toGrey,
  WIDTH,
} from "../../../extension/lib/page/picture-hash";

/** Return grey values from a rule of column and row. */
function picture(rule: (x: number, y: number) => number): number[] {
  return Array.from({ length: WIDTH * HEIGHT }, (_, at) =>
    rule(at % WIDTH, Math.floor(at / WIDTH)),
  );
}

const waves = (x: number, y: number) =>
  128 + 60 * Math.sin(x * 1.3 + y) + 40 * Math.cos(y * 2 - x);
const stripes = (x: number, y: number) => ((x + y) % 2 ? 40 : 200);

function hash(rule: (x: number, y: number) => number): boolean[] {
  const found = differenceHash(picture(rule));
  if (!found) throw new Error("no pattern");
  return found;
}

test("a picture that is lighter, weaker in contrast or noisy is alike", () => {
  const one = hash(waves);
  expect(areAlike(one, one)).toBe(true);
  expect(
    areAlike(
      one,
      hash((x, y) => waves(x, y) * 0.7 + 50),
    ),
  ).toBe(true);
  expect(
    areAlike(
      one,
      hash((x, y) => waves(x, y) + ((x * 7 + y * 3) % 5) - 2),
    ),
  ).toBe(true);
});

test("another picture, or the same one as a negative, is not alike", () => {
  expect(areAlike(hash(waves), hash(stripes))).toBe(false);
  expect(
    areAlike(
      hash(waves),
      hash((x, y) => 255 - waves(x, y)),
    ),
  ).toBe(false);
});

test("a picture of one colour has no hash: it would be alike to every other such picture", () => {
  expect(differenceHash(picture(() => 90))).toBeNull();
  expect(differenceHash(picture((x) => (x % 2 ? 90 : 91)))).toBeNull();
});

test("the hash has 64 bits, and grey is weighted as the eye sees colours", () => {
  expect(hash(waves)).toHaveLength(64);
  expect(toGrey([255, 255, 255, 255, 0, 255, 0, 255])).toEqual([255, 149.685]);
});
