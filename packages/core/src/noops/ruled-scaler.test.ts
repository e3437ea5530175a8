import { expect, test } from "vitest";
import { type LoadTrace, type SimulatedService, simulate } from "../balance/index.ts";
import { defaultNoopsRules } from "./default-rules.ts";
import { ruledScaler } from "./ruled-scaler.ts";

const service: SimulatedService = {
  ...{ service: "validation", tapsPerUnit: 1, serviceMs: 100, serversPerReplica: 1, objectiveMs: 500 },
  ...{ objectiveShare: 0.99, readyAfterMs: 20_000, drainMs: 10_000, min: 1, max: 50 },
};
const steady = (perSecond: (minute: number) => number, minutes: number): LoadTrace => ({
  stepMs: 60_000,
  perSecond: Float64Array.from({ length: minutes }, (_, minute) => perSecond(minute)),
});

test("rules follow the wish step by step and within their bounds, and give replicas up slowly", () => {
  const trace = steady((minute) => (minute < 20 ? 60 : 2), 90);
  const scaler = ruledScaler(service, null, defaultNoopsRules);
  const { minutes } = simulate(service, trace, scaler, { seed: 1 });
  const most = Math.max(...minutes.map(({ replicas }) => replicas));
  // The shipped rules go no further than four, two at once.
  expect(most).toBe(4);
  expect(minutes[25]?.replicas).toBe(4);
  expect(minutes.at(-1)?.replicas).toBeLessThan(4);
});

test("without a rule that scales nothing is scaled", () => {
  const scaler = ruledScaler(service, null, { ...defaultNoopsRules, rules: [] });
  const { acts } = simulate(
    service,
    steady(() => 60, 10),
    scaler,
    { seed: 1 },
  );
  expect(acts).toBe(0);
});
