import { expect, test } from "vitest";
import { segmentLimits, segmentStages, segmentsAtOnce } from "../buffer/index.ts";
import { mostOfStage, policyOf } from "./policies.ts";

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
