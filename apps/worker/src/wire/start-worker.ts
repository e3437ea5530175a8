import { randomUUID } from "node:crypto";
import { rightsOverLog } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import type { KpiLive } from "@tapline/core/kpi";
import type { ProcessMetrics } from "@tapline/telemetry/metrics";
import { startTelemetry } from "@tapline/telemetry/reporting";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Role } from "../roles/role.ts";
import { warnWhereNotDurable } from "../warn-where-not-durable.ts";
import { warnWhereRewritable } from "../warn-where-rewritable.ts";
import { openActuator } from "./actuator.ts";
import { startAlertsRole } from "./alerts.ts";
import { openArchives } from "./archive.ts";
import { openAudit } from "./audit.ts";
import { openBalance } from "./balance.ts";
import { openBuffer } from "./buffer.ts";
import { startTelemetryCollector } from "./collector.ts";
import { startEncryption } from "./encryption.ts";
import { openIngest } from "./ingest.ts";
import { startKpiRole } from "./kpi.ts";
import { openKpiReadings } from "./kpi-readings.ts";
import { sampleLoad } from "./load.ts";
import { workerMetrics } from "./metrics.ts";
import { startNoopsRole } from "./noops.ts";
import { bufferMaxBytes, connectParts, type Parts } from "./parts.ts";
import { startProving } from "./prove.ts";
import { startReleaseControlRole } from "./release-control.ts";
import { startTellingAlerts } from "./tell-alerts.ts";
import { startTransfer } from "./transfer.ts";
import { startValidation } from "./validation.ts";

export type Running = {
  readonly ingestPort: number | null;
  readonly streamPort: number | null;
  readonly scalerPort: number | null;
  /** For Prometheus. */
  readonly metrics: ProcessMetrics;
  readonly stop: (graceMs: number) => Promise<void>;
};

type Has = (role: Config["roles"][number]) => boolean;

type Hooks = { readonly onLive: (live: KpiLive) => void };

/** The composition root: makes the parts, starts the roles that the settings name. */
export async function startWorker(config: Config, log: Logger, hooks: Hooks): Promise<Running> {
  const parts = await connectParts(config, log);
  const has: Has = (role) => config.roles.includes(role);
  const archives = has("buffer") || has("transfer") || has("audit") ? await openArchives(parts) : null;
  const load = sampleLoad(parts);
  const sign = () => ({
    roles: [...config.roles],
    colour: config.TAPLINE_COLOUR,
    awayArchives: archives?.away() ?? [],
  });
  const collector = has("telemetry") ? startTelemetryCollector(parts) : null;
  const roles: Role[] = [
    startTelemetry({ ...parts, sign, load: () => load.sample() }),
    ...(collector === null ? [] : [collector]),
  ];
  roles.push(...(await startStages(parts, has, archives)));
  const readings = openKpiReadings(parts);
  if (has("kpi")) roles.push(startKpiRole(parts, readings, hooks));
  if (has("alerts")) roles.push(startAlertsRole(parts, readings), await startTellingAlerts(parts));
  const balance = has("balance") ? await openBalance(parts) : null;
  if (balance !== null) roles.push(balance);
  // One for both: what one of them changes, the other one sees at its next look.
  const actuator = has("noops") ? await openActuator(config) : null;
  const noops = has("noops") ? startNoopsRole(parts, readings, actuator) : null;
  if (noops !== null) roles.push(noops);
  if (noops !== null && actuator !== null) roles.push(startReleaseControlRole(parts, actuator, noops.fence));
  const ingest = has("ingest") ? await openIngest(parts) : null;
  if (ingest !== null) roles.push(ingest);
  await warnWhereNotDurable(parts.redis, bufferMaxBytes(config), log);
  void warnWhereRewritable(() => rightsOverLog(parts.prisma), log);
  if (archives !== null) warmUp(parts, archives);
  const metrics = workerMetrics(parts, { streams: ingest?.streams ?? null, collector, balance, noops });
  return {
    ingestPort: ingest?.port ?? null,
    streamPort: ingest?.streamPort ?? null,
    scalerPort: balance?.scalerPort ?? null,
    metrics,
    stop: async (graceMs) => {
      await Promise.allSettled(roles.toReversed().map((role) => role.stop(graceMs)));
      await parts.queues.close(graceMs);
      await archives?.close();
      await Promise.allSettled([parts.prisma.$disconnect()]);
      load.stop();
      parts.redis.disconnect();
    },
  };
}

/** What takes a tap from the buffer to the archive, and takes care of it there. */
async function startStages(parts: Parts, has: Has, archives: ArchiveSet | null): Promise<Role[]> {
  const roles: Role[] = [];
  if (has("validation")) startValidation(parts);
  if (has("encryption")) roles.push(await startEncryption(parts));
  if (archives === null) return roles;
  if (has("transfer")) roles.push(await startTransfer(parts, archives), await startProving(parts, archives));
  if (has("buffer")) roles.push(await openBuffer(parts, archives));
  if (has("audit")) roles.push(await openAudit(parts, archives));
  return roles;
}

/** Connects before the first tap does; where a part is away, the tap's own attempts say so. */
function warmUp({ index, log }: Parts, archives: ArchiveSet): void {
  const connecting = Promise.all([
    archives.connect(),
    index.standing(randomUUID()),
    index.findTaps(noSuchTap),
  ]);
  connecting.catch((error: unknown) => log.info({ err: error }, "a part is not there yet"));
}

const noSuchTap = [{ tracker: "", trackerEpoch: 0, trackerSeq: 0 }];
