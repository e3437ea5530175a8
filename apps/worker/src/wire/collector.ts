import { ServicesReports } from "@tapline/adapters/redis";
import { readMesh } from "../collector/read-mesh.ts";
import { type RunningCollector, startCollector } from "../roles/collector.ts";
import type { Parts } from "./parts.ts";

export function startTelemetryCollector(parts: Parts): RunningCollector {
  const { PROMETHEUS_URL: url } = parts.config;
  return startCollector({
    ...parts,
    reports: new ServicesReports(parts.redis),
    readMesh: url === undefined ? null : () => readMesh(url),
  });
}
