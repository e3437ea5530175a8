import { newShiftState, type ShiftPhase } from "@tapline/core/rollout";
import { expect, test } from "vitest";
import { isBackAt, rollBackRows } from "./roll-back-rows.ts";

const shift = (kind: "release" | "return", phase: ShiftPhase, sinceEpochMs: number) => ({
  kind,
  state: { ...newShiftState(sinceEpochMs, "a test"), phase },
});

test("a shift under way is back once the release gets nothing more, and a way back once what ran before gets all", () => {
  expect(isBackAt(shift("release", "returning", 2_000), 1_000)).toBeNull();
  expect(isBackAt(shift("release", "clearing", 2_000), 1_000)).toBe(2_000);
  expect(isBackAt(shift("release", "rolled-back", 3_000), 1_000)).toBe(3_000);
  expect(isBackAt(shift("return", "routing", 2_000), 1_000)).toBeNull();
  expect(isBackAt(shift("return", "keeping", 2_000), 1_000)).toBe(2_000);
});

test("a shift that had ended before the command is not its doing", () => {
  expect(isBackAt(shift("release", "promoted", 2_000), 1_000)).toBeNull();
  expect(isBackAt(shift("release", "rolled-back", 500), 1_000)).toBeNull();
});

test("what had a share and what had all are rows of their own, held to five seconds", () => {
  const rows = rollBackRows([
    { from: "shift", tookMs: 1_000, askedMs: 600 },
    { from: "all", tookMs: 4_000, askedMs: 700 },
    { from: "shift", tookMs: 2_000, askedMs: 800 },
  ]);
  expect(rows).toEqual([
    expect.objectContaining({ row: "rollback-p99", ours: 2_000, unit: "ms", aim: "≤ 5000" }),
    expect.objectContaining({ row: "rollback-p99-of-all", ours: 4_000, unit: "ms", aim: "≤ 5000" }),
  ]);
  expect(rows[0]?.note).toContain("of 2, p50 1500, of it the command's start 700");
  expect(rollBackRows([])).toEqual([]);
});
