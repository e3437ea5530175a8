import { describe, expect, test } from "vitest";
import { type ForecastTurn, forecastMinutes, forecastRecord, forecastTurnSchema, turnDue } from "./record.ts";

const minuteMs = 60_000;
const begin = 1_800_000_000_000;

/** The turn at which minute `minute - 1` has ended and minute `minute + 1` is foretold. */
function turn(
  minute: number,
  came: number | null,
  perSecond: number | null,
  { isTrusted = true, band = 2 }: { isTrusted?: boolean; band?: number } = {},
): ForecastTurn {
  const foretold = perSecond === null ? null : { perSecond, upToPerSecond: perSecond + band };
  const atEpochMs = begin + minute * minuteMs;
  return forecastTurnSchema.parse({
    ...{ atEpochMs, dueEpochMs: atEpochMs + minuteMs, aheadMs: 59_400, isTrusted },
    services: { ingest: { came, foretold } },
  });
}

describe("a minute is kept", () => {
  test("once, as soon as it has turned", () => {
    expect(turnDue(null, begin + 900)).toBe(begin);
    expect(turnDue(begin, begin + 1_900)).toBeNull();
    expect(turnDue(begin, begin + minuteMs + 20)).toBe(begin + minuteMs);
  });

  test("not at all where its time is over: what is read then is of another one", () => {
    expect(turnDue(null, begin + 5_001)).toBeNull();
    expect(turnDue(begin - minuteMs, begin + 30_000)).toBeNull();
  });
});

describe("what had been foretold", () => {
  test("stands beside what came in the same minute, with whether it was trusted", () => {
    const turns = [
      turn(0, null, 10),
      turn(1, 7, 11, { isTrusted: false }),
      turn(2, 9, null),
      turn(3, 12, 14),
    ];
    const minutes = forecastMinutes("ingest", turns);
    expect(minutes.map(({ startEpochMs }) => (startEpochMs - begin) / minuteMs)).toEqual([-1, 0, 1, 2, 3, 4]);
    expect(minutes.map(({ came }) => came)).toEqual([null, 7, 9, 12, null, null]);
    const foretold = { aheadMs: 59_400, isTrusted: true };
    expect(minutes[2]?.foretold).toEqual({ ...foretold, perSecond: 10, upToPerSecond: 12 });
    expect(minutes[3]?.foretold).toEqual({ ...foretold, isTrusted: false, perSecond: 11, upToPerSecond: 13 });
    expect([minutes[0], minutes[1], minutes[4]].map((one) => one?.foretold)).toEqual([null, null, null]);
  });

  test("is missing, and never guessed, for minutes in which nobody told anything", () => {
    const minutes = forecastMinutes("ingest", [turn(0, 5, 5), turn(4, 6, 6)]);
    expect(minutes.map(({ came }) => came)).toEqual([5, null, null, null, 6, null, null]);
    expect(minutes.map(({ foretold }) => foretold !== null)).toEqual([
      ...[false, false, true, false, false, false, true],
    ]);
  });

  test("is nothing of a service of which nobody tells", () => {
    expect(forecastMinutes("transfer", [turn(0, 5, 5)])).toEqual([]);
    expect(forecastMinutes("ingest", [])).toEqual([]);
  });
});

describe("how good forecasts were", () => {
  test("is judged by the minutes of which both are known", () => {
    const turns = [turn(0, 1, 10), turn(1, 1, 10, { isTrusted: false }), turn(2, 8, 10), turn(3, 14, 10)];
    const record = forecastRecord(forecastMinutes("ingest", turns));
    expect(record).toEqual({ minutes: 2, offRatio: 6 / 22, withinRatio: 0.5, shutMinutes: 1 });
  });

  test("is not known where nothing came that could be off, or nothing was foretold", () => {
    const still = forecastMinutes("ingest", [turn(0, 0, 1), turn(1, 0, 1), turn(2, 0, 1)]);
    expect(forecastRecord(still)).toMatchObject({ offRatio: null, withinRatio: 1 });
    expect(forecastRecord(forecastMinutes("ingest", [turn(0, 5, null), turn(2, 5, null)]))).toBeNull();
  });
});
