import { z } from "zod";
import { segmentStages } from "../../buffer/index.ts";

/** Services whose load is foretold: those that work on taps. */
export const foretoldServices = ["ingest", ...segmentStages] as const;

export type ForetoldService = (typeof foretoldServices)[number];

const minuteMs = 60_000;
/** What is read later is of another minute, ms. */
const turnWithinMs = 5_000;

const figure = z.number().min(0);

/** What is kept at the turn of a minute. Figures are units of the service's work that arrive, per second. */
export const forecastTurnSchema = z.strictObject({
  /** A full minute. */
  atEpochMs: z.int(),
  /** Begin of the minute that is foretold. */
  dueEpochMs: z.int(),
  /** So long before it, ms. */
  aheadMs: z.int().min(0),
  /** Whether the forecast may raise wishes. */
  isTrusted: z.boolean(),
  services: z.record(
    z.string(),
    z.strictObject({
      /** In the minute that has ended; null where nobody knows. */
      came: figure.nullable(),
      /** null where there is no forecast. */
      foretold: z.strictObject({ perSecond: figure, upToPerSecond: figure }).nullable(),
    }),
  ),
});

export type ForecastTurn = z.infer<typeof forecastTurnSchema>;

/** One minute of one service: what had been foretold of it, beside what came. */
export type ForecastMinute = {
  readonly startEpochMs: number;
  /** Units per second; null where nobody knows, or not yet. */
  readonly came: number | null;
  /** null where nothing was foretold. */
  readonly foretold: {
    readonly perSecond: number;
    /** With the error band, of which replicas are wished. */
    readonly upToPerSecond: number;
    /** False: it raised no wish. */
    readonly isTrusted: boolean;
    /** So long before the minute it was told, ms. */
    readonly aheadMs: number;
  } | null;
};

/** The minute that has turned and is to be kept now; null where there is none, or it is too late for it. @param before what was kept last */
export function turnDue(before: number | null, nowEpochMs: number): number | null {
  const atEpochMs = Math.floor(nowEpochMs / minuteMs) * minuteMs;
  const isDue = atEpochMs > (before ?? 0) && nowEpochMs - atEpochMs <= turnWithinMs;
  return isDue ? atEpochMs : null;
}

/** Every minute from the first that something is known of to the last, whoever kept it. @param turns in any order */
export function forecastMinutes(service: ForetoldService, turns: readonly ForecastTurn[]): ForecastMinute[] {
  const came = new Map<number, number | null>();
  const foretold = new Map<number, ForecastMinute["foretold"]>();
  for (const { atEpochMs, dueEpochMs, aheadMs, isTrusted, services } of turns) {
    const told = services[service];
    if (told === undefined) continue;
    came.set(atEpochMs - minuteMs, told.came);
    foretold.set(dueEpochMs, told.foretold === null ? null : { ...told.foretold, isTrusted, aheadMs });
  }
  const known = [...came.keys(), ...foretold.keys()];
  if (known.length === 0) return [];
  const first = known.reduce((least, at) => Math.min(least, at));
  const last = known.reduce((most, at) => Math.max(most, at));
  return Array.from({ length: Math.round((last - first) / minuteMs) + 1 }, (_, index) => {
    const startEpochMs = first + index * minuteMs;
    return {
      startEpochMs,
      came: came.get(startEpochMs) ?? null,
      foretold: foretold.get(startEpochMs) ?? null,
    };
  });
}

/** How good forecasts were. */
export type ForecastRecord = {
  /** Minutes of which both are known. */
  readonly minutes: number;
  /** What forecasts were off by, as a share of what came; null where nothing came. */
  readonly offRatio: number | null;
  /** Share of minutes in which no more came than the band says, 0-1. */
  readonly withinRatio: number;
  /** Minutes with a forecast that was not trusted. */
  readonly shutMinutes: number;
};

/** null where no minute is known of which something was foretold. */
export function forecastRecord(minutes: readonly ForecastMinute[]): ForecastRecord | null {
  const sums = { off: 0, came: 0, within: 0, minutes: 0, shut: 0 };
  for (const { came, foretold } of minutes) {
    if (came === null || foretold === null) continue;
    sums.off += Math.abs(came - foretold.perSecond);
    sums.came += came;
    sums.within += came <= foretold.upToPerSecond ? 1 : 0;
    sums.minutes += 1;
    sums.shut += foretold.isTrusted ? 0 : 1;
  }
  if (sums.minutes === 0) return null;
  return {
    minutes: sums.minutes,
    offRatio: sums.came === 0 ? null : sums.off / sums.came,
    withinRatio: sums.within / sums.minutes,
    shutMinutes: sums.shut,
  };
}
