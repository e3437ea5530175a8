import type { AlertRule } from "@tapline/core/alerts";
import * as strings from "../../strings/generated/alert-rules/rule-fields.ts";

/** A figure of a rule that can be changed. */
export interface RuleField {
  /** Where it stands in the rule, as faults name it: `condition.limit.above`. */
  place: string;
  label: string;
  /** What it is shown in. */
  unit: string;
  /** So much of the rule's own unit is one of what is shown. */
  scale: number;
}

const seconds = { unit: "s", scale: 1_000 };

/** The figures of a rule, in the order of a form. @param unit of the rule's KPI */
export function fieldsOf({ condition }: AlertRule, unit: string): RuleField[] {
  return [
    ...conditionFields(condition, own(unit)),
    { place: "onDelayMs", label: strings.mustLastBeforeItIs, ...seconds },
    { place: "offDelayMs", label: strings.mustBeInOrderBefore, ...seconds },
  ];
}

type Shown = Pick<RuleField, "unit" | "scale">;

/** Shares are shown in per cent, times in seconds. */
function own(unit: string): Shown {
  if (unit === "ratio") return { unit: "%", scale: 0.01 };
  return unit === "ms" ? seconds : { unit, scale: 1 };
}

function conditionFields(condition: AlertRule["condition"], shown: Shown): RuleField[] {
  const field = (name: string, label: string, as: Shown) => ({ place: `condition.${name}`, label, ...as });
  const plain = (unit: string) => ({ unit, scale: 1 });
  switch (condition.kind) {
    case "threshold":
      return [limitField(condition.limit, shown), field("deadBand", strings.overOnceItIsBack, shown)];
    case "absence":
      return [field("afterMs", strings.silentFor, seconds)];
    case "rate-of-change":
      return [
        limitField(condition.limit, shown),
        field("windowMs", strings.within, seconds),
        field("deadBand", strings.overOnceItIsBack, shown),
      ];
    case "burn-rate":
      return [
        field("objectiveRatio", strings.promisedShareOfGoodOnes, { unit: "%", scale: 0.01 }),
        field("factor", strings.budgetSpentFasterThan, plain("×")),
        field("longMs", strings.over, seconds),
        field("shortMs", strings.andStillOverTheLast, seconds),
        field("minEvents", strings.ofAtLeast, plain("events")),
        field("deadBand", strings.overOnceItIsBack, plain("×")),
      ];
    case "anomaly":
      return [
        field("deviations", strings.fartherFromItsForecastThan, plain(strings.usualErrors)),
        field("minDifference", strings.andThan, shown),
        field("deadBand", strings.overOnceItIsBack, plain(strings.usualErrors)),
      ];
  }
}

function limitField(limit: { above: number } | { below: number }, shown: Shown): RuleField {
  const side = "above" in limit ? "above" : "below";
  return {
    place: `condition.limit.${side}`,
    label: side === "above" ? strings.breachedAbove : strings.breachedBelow,
    ...shown,
  };
}

/** What stands at a place, as it is shown; NaN where there is nothing. */
export function figureAt(rule: AlertRule, { place, scale }: Pick<RuleField, "place" | "scale">): number {
  let value: unknown = rule;
  for (const part of place.split("."))
    value =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  return typeof value === "number" ? tidy(value / scale) : Number.NaN;
}

/** The rule with another figure at a place; given as it is shown. */
export function withFigure(
  rule: AlertRule,
  { place, scale }: Pick<RuleField, "place" | "scale">,
  shown: number,
): AlertRule {
  return set(rule, place.split("."), tidy(shown * scale)) as AlertRule;
}

function set(value: unknown, [part, ...rest]: readonly string[], figure: number): unknown {
  if (part === undefined) return figure;
  const known = (value ?? {}) as Record<string, unknown>;
  return { ...known, [part]: set(known[part], rest, figure) };
}

/** 0.07 × 100 is 7, whatever binary fractions make of it. */
const tidy = (value: number): number => Number(value.toPrecision(12));
