// The index that decides where a badge may stand: the same keys as Python's, found by bisecting.
import { expect, test } from "vitest";
import {
  firstAtLeast,
  idKey,
  makeBadgeIndex,
  mayKnow,
  nameKey,
  readBadgeIndex,
} from "../../extension/lib/rules/keys";

// From core/passerelle/directory/index.py: name_key("Ada_Nouvelle"), id_key("9000000000011000033").
const ADA_NAME = 1202229186;
const ADA_ID = 49990228;

const ada = { screenName: "ADA_nouvelle", restId: "9000000000011000033" };
const olu = { screenName: "olu_afara", restId: null };

test("keys are those that Python makes, whatever the case of a name", () => {
  expect([nameKey("Ada_Nouvelle"), nameKey("ada_nouvelle")]).toEqual([
    ADA_NAME,
    ADA_NAME,
  ]);
  expect(idKey("9000000000011000033")).toBe(ADA_ID);
});

test("a person is known by name, by id, or not at all", () => {
  const others = Array.from({ length: 1000 }, (_, number) =>
    nameKey(`crowd_${number}`),
  );
  const sorted = (keys: number[]) =>
    Uint32Array.from(keys.sort((one, other) => one - other));
  expect(mayKnow(sorted([...others, ADA_NAME]), ada)).toBe(true);
  expect(mayKnow(sorted([...others, ADA_ID]), ada)).toBe(true);
  expect(mayKnow(sorted([...others, ADA_NAME]), olu)).toBe(false);
  expect(mayKnow(new Uint32Array(), ada)).toBe(false);
});

test("bisecting gives the first of equal keys, and the end where there is none", () => {
  const keys = Uint32Array.of(1, 5, 5, 5, 0xffffffff);
  expect(
    [0, 1, 5, 6, 0xffffffff].map((key) => firstAtLeast(keys, key)),
  ).toEqual([0, 0, 1, 4, 4]);
  expect(firstAtLeast(Uint32Array.of(1), 2)).toBe(1);
});

test("an index of any size comes through storage unchanged", () => {
  for (const count of [0, 1, 6143, 6144, 6145, 100_000]) {
    const keys = Uint32Array.from({ length: count }, (_, at) => at * 7919);
    expect(readBadgeIndex(makeBadgeIndex(3, keys.buffer))).toEqual({
      version: 3,
      keys,
    });
  }
});

test("what is no index is none", () => {
  for (const stored of [
    undefined,
    null,
    1,
    "x",
    {},
    { version: "1", keys: "" },
    { version: 1, keys: btoa("abc") },
  ]) {
    expect(readBadgeIndex(stored)).toBeNull();
  }
});
