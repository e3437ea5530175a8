import type { ServicesReports, TelemetryStream } from "@tapline/adapters/redis";
import { type MeshHealth, ServiceBoard, type ServicesReport } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type CollectorParts = {
  readonly telemetryStream: Pick<TelemetryStream, "read">;
  readonly reports: Pick<ServicesReports, "publish">;
  /** What the mesh says; null where none is asked. */
  readonly readMesh: (() => Promise<MeshHealth[]>) | null;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "error">;
};

export type RunningCollector = Role & {
  /** What was told last; null before the first. */
  readonly report: () => ServicesReport | null;
};

const everyMs = 1_000;
const meshEveryMs = 15_000;
const lookBackMs = 60_000;

/**
 * The telemetry collector: gathers what processes say of themselves, and what the mesh says of them, into one table. Any number
 * may run, and each tells the same: nothing in it is counted, all of it was said.
 */
export function startCollector(parts: CollectorParts): RunningCollector {
  const { telemetryStream, reports, clock, log } = parts;
  const board = new ServiceBoard();
  let cursor = `${clock() - lookBackMs}-0`;
  let report: ServicesReport | null = null;
  let mesh: MeshHealth[] | null = null;
  const meshLoop = repeat(
    async () => {
      if (parts.readMesh !== null) mesh = await parts.readMesh();
      return meshEveryMs;
    },
    (error) => {
      mesh = null;
      log.warn({ err: error }, "the mesh's metrics cannot be read");
    },
    meshEveryMs,
  );
  const loop = repeat(
    async () => {
      const { reported, hasMore } = await telemetryStream.read(cursor);
      for (const { entry, atEpochMs, delta } of reported) {
        cursor = entry;
        if (delta.sign !== undefined) board.hear(delta.instance, delta.sign, atEpochMs);
      }
      const atEpochMs = clock();
      report = { atEpochMs, services: board.table(atEpochMs), mesh };
      await reports.publish(report);
      return hasMore ? 0 : everyMs;
    },
    (error) => log.error({ err: error }, "gathering telemetry failed"),
  );
  return {
    report: () => report,
    stop: async () => {
      await Promise.all([loop.stop(), meshLoop.stop()]);
    },
  };
}
