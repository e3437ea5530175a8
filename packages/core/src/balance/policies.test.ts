import { expect, test } from "vitest";
import { segmentLimits, segmentStages, segmentsAtOnce } from "../buffer/index.ts";
import { mostOfStage, policyOf } from "./policies.ts";
import { newWishState, wishOf } from "./wish.ts";

const none = new Map<string, never>();

test.each([
  [1, 2, 2, 2],
  [4, 5, 5, 8],
  [64, 65, 65, 128],
])("%i partitions give work to so many of each stage", (partitions, validation, encryption, transfer) => {
  expect(segmentStages.map((stage) => mostOfStage(stage, partitions))).toEqual([
    ...[validation, encryption, transfer],
  ]);
});

test("all segments that may be open find a process, and one process less would leave some waiting", () => {
  for (const partitions of [1, 3, 8]) {
    const open = partitions * segmentLimits.maxOpen;
    const most = mostOfStage("transfer", partitions);
    expect(most * segmentsAtOnce.transfer).toBeGreaterThanOrEqual(open);
    expect((most - 1) * segmentsAtOnce.transfer).toBeLessThan(open);
  }
});

test("what the installation does not bound is bounded by the partitions, and by the policy of all", () => {
  const most = (partitions: number) =>
    [...segmentStages, "ingest", "web"].map(
      (service) => policyOf(service, { bounds: none, partitions })?.max,
    );
  expect(most(1)).toEqual([2, 2, 2, 8, 4]);
  expect(most(3)).toEqual([4, 4, 6, 8, 4]);
  expect(most(64)).toEqual([8, 8, 8, 8, 4]);
});

test("a service that is no stage is not bounded by partitions", () => {
  const bounds = new Map([["ingest", { min: 2, max: 40 }]]);
  expect(policyOf("ingest", { bounds, partitions: 1 })).toMatchObject({ min: 2, max: 40 });
  expect(policyOf("kpi", { bounds, partitions: 1 })).toBeNull();
});

/** So long a core computes for a full segment's validation, ms: docs/scale.md. */
const computesMs = 144;

/**
 * Wishes over ten minutes, a replica coming with each. What too few do not manage agents keep, so that never more arrives than is
 * done; segments that a process has at once share its core.
 * @param demand segments a second that agents would send
 */
function settled(demand: number, partitions: number): number {
  const policy = policyOf("validation", {
    bounds: new Map([["validation", { min: 2, max: 64 }]]),
    partitions,
  });
  if (policy === null) throw new Error("validation is not balanced");
  let [replicas, state] = [2, newWishState];
  for (let second = 0; second < 600; second++) {
    const perSecond = Math.min(demand, (replicas * 1_000) / computesMs);
    const busy = (perSecond * computesMs) / 1_000 / replicas;
    const serviceMs = Math.min(segmentsAtOnce.validation, 1 / (1 - Math.min(busy, 0.99))) * computesMs;
    const nowEpochMs = 1_800_000_000_000 + second * 1_000;
    const none = { queued: 0, oldestAgeMs: null, p99Ms: null, cpuRatio: null };
    const readings = { ...none, atEpochMs: nowEpochMs, replicas, arrivalsPerSecond: perSecond, serviceMs };
    const told = wishOf({ service: "validation", policy, readings, expected: null, nowEpochMs }, state);
    [replicas, state] = [told.wish.wish, told.state];
  }
  return replicas;
}

test.each([10, 20, 40, 80])(
  "a stage of %i segments a second comes to enough processes, also where too few hide how much would come",
  (demand) => {
    const replicas = settled(demand, 32);
    const needed = (demand * computesMs) / 1_000;
    expect(replicas).toBeGreaterThan(needed);
    expect(replicas).toBeLessThan(2 * needed + 2);
  },
);

test("a stage that more is asked of than its partitions can do stands at as many as they give work to", () => {
  expect(settled(200, 8)).toBe(9);
  expect(settled(200, 1)).toBe(2);
});
