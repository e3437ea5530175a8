import { expect, it } from "vitest";
import {
  metricsIn,
  observabilityFiles,
  seriesNames,
} from "../../../../packages/telemetry/src/metrics/metrics-in-use.fixture.ts";
import { statusOf } from "../status/status.fixture.ts";
import { AgentMetrics } from "./agent-metrics.ts";

it("every metric of an agent in the ready-made dashboards and rules is one that agents tell", async () => {
  const metrics = new AgentMetrics(() => 0);
  metrics.watch(() => statusOf());
  const told = seriesNames((await metrics.text()).text);
  const files = await observabilityFiles();
  const used = files
    .flatMap(({ text }) => metricsIn(text))
    .filter((name) => name.startsWith("tapline_agent_"));
  expect(used.length).toBeGreaterThan(5);
  for (const name of used) expect(told.has(name), name).toBe(true);
});
