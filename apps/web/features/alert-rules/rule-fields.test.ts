import type { AlertRule } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { fieldsOf, figureAt, withFigure } from "./rule-fields.ts";

const rule = {
  ...{ id: "rejects", kpi: "taps.rejected_per_minute", per: "all", severity: "warning", message: "m" },
  ...{ onDelayMs: 90_000, offDelayMs: 0, runbook: "docs/runbooks.md#x", routing: [] },
  condition: { kind: "threshold", limit: { above: 0.07 }, deadBand: 0.01 },
  card: { cause: "c", consequence: "c", action: "a", respondWithinMinutes: 1 },
} as AlertRule;

test("shares are shown in per cent and times in seconds, and come back as they were", () => {
  const [limit, deadBand, onDelay] = fieldsOf(rule, "ratio");
  if (limit === undefined || deadBand === undefined || onDelay === undefined) throw new Error("three fields");
  expect([limit.place, limit.unit, figureAt(rule, limit)]).toEqual(["condition.limit.above", "%", 7]);
  expect([onDelay.unit, figureAt(rule, onDelay)]).toEqual(["s", 90]);
  const changed = withFigure(withFigure(rule, limit, 9.5), onDelay, 0.5);
  expect(changed).toEqual({
    ...{ ...rule, onDelayMs: 500, condition: { kind: "threshold", limit: { above: 0.095 }, deadBand: 0.01 } },
  });
  expect(withFigure(changed, deadBand, 1)).toEqual(changed);
});

test("every condition names its own figures", () => {
  const of = (condition: object) =>
    fieldsOf({ ...rule, condition } as AlertRule, "taps").map(({ place }) => place.replace("condition.", ""));
  const delays = ["onDelayMs", "offDelayMs"];
  expect(of({ kind: "absence", afterMs: 1_000 })).toEqual(["afterMs", ...delays]);
  expect(of({ kind: "rate-of-change", limit: { below: -1 }, windowMs: 1_000, deadBand: 0 })).toEqual([
    ...["limit.below", "windowMs", "deadBand", ...delays],
  ]);
  expect(
    figureAt(
      { ...rule, condition: { kind: "absence", afterMs: 1 } },
      { place: "condition.limit.above", scale: 1 },
    ),
  ).toBeNaN();
});
