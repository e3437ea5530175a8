import { expect, test } from "vitest";
import type { KpiSample } from "../kpi/index.ts";
import { preview } from "./preview.ts";
import { rule } from "./rule.fixture.ts";

const sample = (atEpochMs: number, value: number | null, scope = {}): KpiSample => ({
  ...{ kpi: "agents.offline", scope, atEpochMs, value },
});
const perSite = rule({
  ...{ id: "site-offline", kpi: "agents.offline", per: "site", offDelayMs: 1_000 },
  condition: { kind: "threshold", limit: { above: 0 } },
});
const [north, south] = [{ site: "north" }, { site: "south" }];

test("a preview tells each time that the rule would have fired, and how long alerts would have stood", () => {
  const samples = [
    ...[sample(0, 2, north), sample(10, 0, south), sample(5_000, 0, north), sample(7_000, 1, north)],
    ...[sample(8_000, 3, south), sample(8_500, null, south), sample(20_000, 1)],
  ];
  expect(preview(perSite, samples, 10_000)).toEqual({
    alerts: [
      { scope: north, raisedAtEpochMs: 0, clearedAtEpochMs: 6_000, value: 2 },
      { scope: north, raisedAtEpochMs: 7_000, clearedAtEpochMs: null, value: 1 },
      { scope: south, raisedAtEpochMs: 8_000, clearedAtEpochMs: null, value: 3 },
    ],
    activeMs: 6_000 + 3_000 + 2_000,
    refusedScopes: 0,
  });
});

test("a week without samples would have been quiet, and too many scopes are told", () => {
  expect(preview(perSite, [], 1)).toEqual({ alerts: [], activeMs: 0, refusedScopes: 0 });
  const samples = Array.from({ length: 20_001 }, (_, index) => sample(1, 1, { site: `s${index}` }));
  expect(preview(perSite, samples, 10)).toMatchObject({ refusedScopes: 1 });
});
