// After an update: the engine is started where an earlier version's records are to be migrated, and only there.
import { beforeEach, expect, test, vi } from "vitest";
import { migrateStores } from "../../extension/lib/background/migrate";
import { isMigrationDue } from "../../extension/lib/engine/stores";

const call = vi.hoisted(() => vi.fn<() => Promise<unknown>>());
const close = vi.hoisted(() => vi.fn());
vi.mock("../../extension/lib/engine/client", () => ({
  makeEngine: () => ({ call, close }),
}));
vi.mock("../../extension/lib/engine/stores", () => ({
  isMigrationDue: vi.fn(),
}));

const wake = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
});

test("records of another version: the engine is started, and its channel closed", async () => {
  vi.mocked(isMigrationDue).mockResolvedValue(true);
  call.mockResolvedValue({});
  await migrateStores(wake);
  expect(call).toHaveBeenCalledWith("engine.start", {});
  expect(close).toHaveBeenCalled();
});

test("nothing to migrate: Python stays asleep", async () => {
  vi.mocked(isMigrationDue).mockResolvedValue(false);
  await migrateStores(wake);
  expect(call).not.toHaveBeenCalled();
});

test("an engine that does not start is no fault of the background", async () => {
  vi.mocked(isMigrationDue).mockResolvedValue(true);
  call.mockRejectedValue(new Error("no room"));
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  await migrateStores(wake);
  expect(warn).toHaveBeenCalled();
  expect(close).toHaveBeenCalled();
});
