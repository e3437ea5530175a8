import { CumulativeTelemetry, ServedRequests } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import {
  metricsIn,
  observabilityFiles,
  seriesNames,
} from "../../../../packages/telemetry/src/metrics/metrics-in-use.fixture.ts";
import { readConfig } from "../config.ts";
import { workerMetrics } from "./metrics.ts";
import type { Parts } from "./parts.ts";

const away = () => Promise.reject(new Error("away"));
const parts = {
  config: readConfig({ DATABASE_URL: "postgresql://u:p@h/d", REDIS_URL: "redis://h" }),
  counted: new CumulativeTelemetry(),
  served: new ServedRequests(),
  redis: { ping: away },
  prisma: { $queryRaw: away },
  queues: { depths: away },
} as unknown as Parts;

test("every metric of the ready-made dashboards and rules is one that a worker tells, or an agent", async () => {
  const metrics = await workerMetrics(parts, {
    ...{ streams: () => 0, collector: null, balance: null },
    noops: { leads: () => true, counts: () => new Map() },
  });
  const { text } = await metrics.text();
  const told = seriesNames(text);
  const files = await observabilityFiles();
  expect(files.length).toBeGreaterThanOrEqual(4);
  for (const file of files) {
    const used = metricsIn(file.text).filter((name) => !name.startsWith("tapline_agent_"));
    for (const name of used) expect(told.has(name), `${name} in ${file.name}`).toBe(true);
  }
  expect(metricsIn(files.map((file) => file.text).join("\n")).length).toBeGreaterThan(25);
});

test("what a dashboard takes from a rule is recorded by one, and dashboards are whole", async () => {
  const files = await observabilityFiles();
  const rules = files.find(({ name }) => name.endsWith("prometheus-rules.yaml"))?.text ?? "";
  const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name));
  expect(recorded.size).toBeGreaterThan(0);
  for (const { name, text } of files) {
    const used = text.match(/(?<![\w:])tapline:[a-z0-9_:]+/g) ?? [];
    for (const one of used) expect(recorded.has(one), `${one} in ${name}`).toBe(true);
    if (!name.endsWith(".json")) continue;
    const board = JSON.parse(text) as { uid: string; panels: { id: number; targets: { expr: string }[] }[] };
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    for (const { targets } of board.panels) expect(targets.every(({ expr }) => expr !== "")).toBe(true);
  }
});
