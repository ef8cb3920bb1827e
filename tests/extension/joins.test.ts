// lib/background/joins.ts: when the registrar is asked about the own claim, and that it is not asked without one.
import { beforeEach, expect, test, vi } from "vitest";
import {
  goOnWithJoins,
  isRefreshDue,
} from "../../extension/lib/background/joins";
import * as stores from "../../extension/lib/engine/stores";
import type { JoinStatus } from "../../extension/lib/messages/messages.gen";
import { makeFakeEngine } from "./page/fakes";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const view = (status: JoinStatus, hours: number, is_listed = false) => ({
  status,
  is_listed,
  refreshed_at: new Date(NOON - hours * HOUR).toISOString(),
});

let state: Record<string, unknown>;

beforeEach(() => {
  state = {};
  vi.spyOn(stores, "readState").mockImplementation(((key: string) =>
    Promise.resolve(state[key] ?? null)) as never);
});

test("a claim that changes by itself is asked about each hour or each day, others never", () => {
  expect(isRefreshDue(view("checked", 1), NOON)).toBe(true);
  expect(isRefreshDue(view("checked", 0.5), NOON)).toBe(false);
  expect(isRefreshDue(view("waiting", 1), NOON)).toBe(true);
  expect(isRefreshDue(view("proven", 1), NOON)).toBe(false);
  expect(isRefreshDue(view("proven", 24), NOON)).toBe(true);
  for (const status of [
    "starting",
    "made",
    "withdrawing",
    "withdrawn",
    "carried_out",
    "lost",
  ] as const)
    expect(isRefreshDue(view(status, 1000), NOON), status).toBe(false);
  expect(isRefreshDue(null, NOON)).toBe(false);
});

test("a claim that the directory has is asked about only while it is disputed", () => {
  expect(isRefreshDue(view("proven", 1000, true), NOON)).toBe(false);
  expect(isRefreshDue(view("disputed", 24, true), NOON)).toBe(true);
});

test("a moment that a wrong clock has stored, and none, count as long ago", () => {
  expect(isRefreshDue(view("checked", -1000), NOON)).toBe(true);
  expect(
    isRefreshDue({ ...view("checked", 0), refreshed_at: null }, NOON),
  ).toBe(true);
});

test("without a claim the engine is not woken", async () => {
  const { engine, calls } = makeFakeEngine();
  await goOnWithJoins(engine);
  expect(calls).toEqual([]);
});

test("claim and objection are asked about apart, and blocking that was cut off wakes the engine", async () => {
  const { engine, calls } = makeFakeEngine();
  state = {
    join: view("checked", 1000),
    objection: view("waiting", 1000),
    blocking: { state: "running", error: null },
  };
  await goOnWithJoins(engine);
  expect(calls).toEqual([
    ["engine.start", {}],
    ["join.refresh", { purpose: "claim" }],
    ["join.refresh", { purpose: "objection" }],
  ]);
});

test("blocking that failed or was paused waits for the person", async () => {
  const { engine, calls } = makeFakeEngine();
  for (const blocking of [
    { state: "paused", error: null },
    { state: "undoing", error: { code: "server_unreachable" } },
    { state: "done", error: null },
  ]) {
    state = { blocking };
    await goOnWithJoins(engine);
  }
  expect(calls).toEqual([]);
});
