import type { KpiReadings } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { shareReadings } from "./share-readings.ts";

const minuteMs = 60_000;

test("who asks at about the same time shares one answer; who wants a newer one asks anew", async () => {
  const answers: KpiReadings[] = [];
  const readings = shareReadings(async () => {
    answers.push({ restoreProvenAtEpochMs: answers.length });
    return answers.at(-1) ?? {};
  });
  const first = readings(minuteMs);
  expect(await readings(minuteMs)).toBe(await first);
  expect(answers).toHaveLength(1);
  expect(await readings(-1)).toEqual({ restoreProvenAtEpochMs: 1 });
  expect(await readings(minuteMs)).toEqual({ restoreProvenAtEpochMs: 1 });
});

test("a failure is nobody else's", async () => {
  let times = 0;
  const readings = shareReadings(async () => {
    if (++times === 1) throw new Error("away");
    return {};
  });
  await expect(readings(minuteMs)).rejects.toThrow("away");
  expect(await readings(minuteMs)).toEqual({});
});
