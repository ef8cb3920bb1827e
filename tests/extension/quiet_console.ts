// A test fails when its code writes to the console, unless the test expects it: vi.spyOn(console, "debug").mockReturnValue(undefined).
import { afterEach, beforeEach, expect, vi } from "vitest";

const LEVELS = ["debug", "error", "info", "log", "warn"] as const;
let written: unknown[][] = [];

beforeEach(() => {
  written = [];
  for (const level of LEVELS)
    vi.spyOn(console, level).mockImplementation((...line: unknown[]) => {
      written.push([level, ...line]);
    });
});

afterEach(() => {
  expect(written).toEqual([]);
});
