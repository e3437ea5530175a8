import { z } from "zod";

const span = (minMs: number) =>
  z
    .int()
    .min(minMs)
    .max(366 * 24 * 3_600_000);

/** Exactly one of two bounds, in the unit of the rule's KPI unless said otherwise. */
const above = z.strictObject({ above: z.number() });
const below = z.strictObject({ below: z.number() });

/** By how far a value must come back over its limit before the breach counts as over; in the limit's unit. */
const deadBand = z.number().min(0).default(0);

/** The value is beyond a limit. Equal to it is not beyond. */
const thresholdSchema = z.strictObject({
  kind: z.literal("threshold"),
  limit: z.union([above, below]),
  deadBand,
});

/** Nobody has known the value for `afterMs`: its source is silent, or has not told of it yet. */
const absenceSchema = z.strictObject({ kind: z.literal("absence"), afterMs: span(1_000) });

/**
 * Within the last `windowMs` the value rose by more than `limit.above` over its lowest, or fell by more than
 * `-limit.below` under its highest. A rise is positive, a fall negative.
 */
const rateOfChangeSchema = z.strictObject({
  kind: z.literal("rate-of-change"),
  limit: z.union([
    z.strictObject({ above: z.number().positive() }),
    z.strictObject({ below: z.number().negative() }),
  ]),
  windowMs: span(1_000),
  deadBand,
});

/**
 * The error budget of an objective is spent `factor` times as fast as it would last, over a long window and still over a
 * short one (Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"). Over fewer than
 * `minEvents` in the long window nothing is said: one bad one among ten is no rate. `deadBand` is in factors.
 */
const burnRateSchema = z
  .strictObject({
    kind: z.literal("burn-rate"),
    /** The share of good events that is promised. */
    objectiveRatio: z.number().gt(0).lt(1),
    factor: z.number().positive(),
    longMs: span(60_000),
    shortMs: span(10_000),
    minEvents: z.int().min(1),
    deadBand,
  })
  .refine(({ longMs, shortMs }) => shortMs < longMs, {
    path: ["shortMs"],
    message: "the short window must be shorter than the long one",
  })
  .refine(({ objectiveRatio, factor }) => factor * (1 - objectiveRatio) <= 1, {
    path: ["factor"],
    message: "even if every event were bad, the budget would not be spent so fast",
  });

/**
 * The value of a step lies further from its forecast than `deviations` times the forecast's usual error. The forecast is
 * believed only while it errs no more than repeating the value of one season ago does. `deadBand` is in deviations.
 */
const anomalySchema = z
  .strictObject({
    kind: z.literal("anomaly"),
    side: z.enum(["above", "below", "both"]),
    deviations: z.number().min(1).max(100),
    /** Samples of one step are one value, their mean. */
    stepMs: span(1_000),
    /** Steps after which things are expected to repeat: 96 of 15 min are a day. */
    seasonSteps: z.int().min(2).max(2_016),
    /** A difference smaller than this is no anomaly, however exact the forecast; in the KPI's unit. */
    minDifference: z.number().min(0).default(0),
    deadBand,
  })
  .refine((condition) => condition.deadBand < condition.deviations, {
    path: ["deadBand"],
    message: "with a dead-band as wide as the limit a breach would never be over",
  });

/** When a rule's KPI is not as it should be. */
export const conditionSchema = z.discriminatedUnion("kind", [
  thresholdSchema,
  absenceSchema,
  rateOfChangeSchema,
  burnRateSchema,
  anomalySchema,
]);

export type Condition = z.infer<typeof conditionSchema>;
export type ConditionKind = Condition["kind"];
export type ConditionOf<Kind extends ConditionKind> = Extract<Condition, { kind: Kind }>;
