import { type ForecastMinute, foretoldServices } from "@tapline/core/balance";
import { expect, test } from "vitest";
import {
  forecastHours,
  forecastRows,
  forecastTable,
  isGap,
  isShut,
  knownUntil,
  minuteMs,
  services,
  stretchesOf,
  unitOf,
} from "./forecast-series.ts";

const begin = Date.UTC(2026, 10, 30, 8, 57);

/** Minutes from 08:57 on: what came, what was foretold, and whether it counted. */
function minutesOf(...told: [came: number | null, foretold: number | null, isTrusted?: boolean][]) {
  return told.map<ForecastMinute>(([came, perSecond, isTrusted = true], index) => ({
    ...{ startEpochMs: begin + index * minuteMs, came },
    foretold:
      perSecond === null ? null : { perSecond, upToPerSecond: perSecond + 2, isTrusted, aheadMs: 59_500 },
  }));
}

const minutes = minutesOf([8, null], [null, 10], [null, 10, false], [9, 12, false], [12, 12], [null, 14]);
const rows = forecastRows({ minutes, readAtEpochMs: begin + 5 * minuteMs + 2_000 });

test("each service can be chosen whose load is foretold", () => {
  expect(services).toEqual(foretoldServices);
});

test("what counted and what did not are lines of their own, and the band goes with both", () => {
  expect(rows.map(({ counted }) => counted)).toEqual([null, 10, null, null, 12, 14]);
  expect(rows.map(({ shut }) => shut)).toEqual([null, null, 10, 12, null, null]);
  expect(rows.map(({ band }) => band)).toEqual([null, [10, 12], [10, 12], [12, 14], [12, 14], [14, 16]]);
});

test("minutes of which nobody knows what came are one gap, and the one under way is none", () => {
  expect(stretchesOf(rows, isGap)).toEqual([{ from: begin + minuteMs, to: begin + 3 * minuteMs }]);
  expect(rows.at(-1)).toMatchObject({ came: null, isUnfinished: true });
  const later = forecastRows({ minutes, readAtEpochMs: begin + 7 * minuteMs });
  expect(stretchesOf(later, isGap)).toHaveLength(2);
});

test("where the forecast was not trusted is marked as one stretch, and not where nothing was foretold", () => {
  expect(stretchesOf(rows, isShut)).toEqual([{ from: begin + 2 * minuteMs, to: begin + 4 * minuteMs }]);
});

test("as a table each minute says what came, what was foretold and whether it counted, and nothing where nothing is known", () => {
  const { columns, rows: told } = forecastTable("Forecast", unitOf("transfer"), rows);
  expect(columns.map(({ unit }) => unit)).toEqual(["segments/s", "segments/s", "segments/s", ""]);
  expect(told.map(({ values }) => values).slice(0, 4)).toEqual([
    [8, null, null, null],
    [null, 10, 12, true],
    [null, 10, 12, false],
    [9, 12, 14, false],
  ]);
});

test("hours have means of what is known, and are judged by the minutes of which both are", () => {
  const [later, earlier] = forecastHours(minutes);
  expect(earlier).toEqual({
    ...{ fromEpochMs: Date.UTC(2026, 10, 30, 8), came: 8, foretold: 10, offRatio: null, shutMinutes: 1 },
  });
  expect(later).toMatchObject({ fromEpochMs: Date.UTC(2026, 10, 30, 9), came: 10.5, shutMinutes: 1 });
  expect(later?.offRatio).toBeCloseTo(3 / 21, 9);
  expect(forecastHours(minutesOf([0, 1]))[0]?.offRatio).toBeNull();
});

test("how old it is goes by the last minute that is known", () => {
  expect(knownUntil(minutes)).toBe(begin + 5 * minuteMs);
  expect(knownUntil(minutesOf([null, 3]))).toBeNull();
});
