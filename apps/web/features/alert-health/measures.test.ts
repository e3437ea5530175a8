import { expect, test } from "vitest";
import { barLength, barRows, barTicks } from "./bars.ts";
import { alarmHealth } from "./health.fixture.ts";
import { measuresOf, severityShares, shareOf } from "./measures.ts";

const intolerable = (given: Parameters<typeof alarmHealth>[0]) =>
  measuresOf(alarmHealth(given)).flatMap(({ name, isTolerable }) => (isTolerable ? [] : [name]));

test("a quiet system is tolerable in every measure, and each is flagged by itself", () => {
  expect(intolerable({})).toEqual([]);
  expect(intolerable({ perOperatorPer10Min: { mean: 1, max: 10 } })).toEqual([]);
  expect(intolerable({ perOperatorPer10Min: { mean: 1.2, max: 10 } })).toEqual(["Mean in 10 min"]);
  expect(intolerable({ perOperatorPer10Min: { mean: 0, max: 10.5 } })).toEqual(["Most in 10 min"]);
  expect(intolerable({ floodRatio: 0.0099 })).toEqual([]);
  expect(intolerable({ floodRatio: 0.01 })).toEqual(["Time in flood"]);
  expect(intolerable({ totals: { chattering: 1, stale: 4 } })).toEqual(["Chattering"]);
  expect(intolerable({ totals: { chattering: 0, stale: 5 } })).toEqual(["Stale"]);
});

test("shares are told in per cent, and of nothing there is no share", () => {
  expect([shareOf(0.125), shareOf(1), shareOf(0)]).toEqual(["12.5 %", "100 %", "0 %"]);
  expect(
    severityShares(alarmHealth({ annunciated: 4, severities: { critical: 1, warning: 3, info: 0 } })),
  ).toEqual([
    { severity: "critical", calls: 1, ratio: 0.25, wantedRatio: 0.05 },
    { severity: "warning", calls: 3, ratio: 0.75, wantedRatio: 0.15 },
    { severity: "info", calls: 0, ratio: 0, wantedRatio: 0.8 },
  ]);
  const quiet = alarmHealth({ annunciated: 0, severities: { critical: 0, warning: 0, info: 0 } });
  expect(severityShares(quiet).map(({ ratio }) => ratio)).toEqual([null, null, null]);
});

test("a bar into which a flood fell looks so, and the last one, which is not over", () => {
  const bars = { startEpochMs: 0, barMs: 3_600_000, counts: [4, 30, 2] };
  const floods = [{ fromEpochMs: 3_600_000, untilEpochMs: 4_200_000, alerts: 28 }];
  expect(barRows({ bars, floods })).toEqual([
    { at: 0, calls: 4, calm: 4 },
    { at: 3_600_000, calls: 30, flood: 30 },
    { at: 7_200_000, calls: 2, unfinished: 2 },
  ]);
});

test("times stand at round hours or days, few enough to be read", () => {
  const ticksOf = (barMs: number, length: number) =>
    barTicks({ startEpochMs: 5 * barMs, barMs, counts: Array<number>(length).fill(0) });
  expect(ticksOf(600_000, 145)).toHaveLength(6);
  expect(ticksOf(600_000, 145).every((at) => at % (4 * 3_600_000) === 0)).toBe(true);
  expect(ticksOf(3_600_000, 169)).toHaveLength(7);
  expect(ticksOf(6 * 3_600_000, 121)).toHaveLength(6);
  expect([600_000, 3_600_000, 6 * 3_600_000].map(barLength)).toEqual(["10 min", "1 h", "6 h"]);
});
