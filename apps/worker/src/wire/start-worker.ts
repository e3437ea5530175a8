import { randomUUID } from "node:crypto";
import { rightsOverLog } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import type { KpiLive } from "@tapline/core/kpi";
import type { ProcessMetrics } from "@tapline/telemetry/metrics";
import { startTelemetry } from "@tapline/telemetry/reporting";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { RunningNoops } from "../roles/noops.ts";
import type { SharedReadings } from "../roles/share-readings.ts";
import { warnWhereNotDurable } from "../warn-where-not-durable.ts";
import { warnWhereRewritable } from "../warn-where-rewritable.ts";
import { awaitSignIns, type OnRefused } from "./await-sign-ins.ts";
import { type Ending, ending, endWorker } from "./end-worker.ts";
import { sampleLoad } from "./load.ts";
import { workerMetrics } from "./metrics.ts";
import { bufferMaxBytes, connectParts, type Parts } from "./parts.ts";

export type Running = {
  readonly ingestPort: number | null;
  readonly streamPort: number | null;
  readonly scalerPort: number | null;
  /** For Prometheus. */
  readonly metrics: ProcessMetrics;
  /** Asks those who keep connections to go elsewhere, one by one within `overMs`, and serves on. */
  readonly leadAway: (overMs: number) => void;
  readonly stop: (graceMs: number) => Promise<void>;
};

type Has = (role: Config["roles"][number]) => boolean;

type Hooks = { readonly onLive: (live: KpiLive) => void; readonly onRefused?: OnRefused };

/**
 * The composition root: makes the parts, starts the roles that the settings name. What a role alone needs is loaded where it runs: a
 * process of one role is there sooner after a death.
 */
export async function startWorker(config: Config, log: Logger, hooks: Hooks): Promise<Running> {
  const parts = await connectParts(config, log);
  await awaitSignIns(parts, hooks.onRefused ?? (() => undefined));
  const has: Has = (role) => config.roles.includes(role);
  const archives =
    has("buffer") || has("transfer") || has("audit")
      ? await (await import("./archive.ts")).openArchives(parts)
      : null;
  const load = sampleLoad(parts);
  const sign = () => ({
    roles: [...config.roles],
    colour: config.TAPLINE_COLOUR,
    awayArchives: archives?.away() ?? [],
  });
  const collector = has("telemetry") ? (await import("./collector.ts")).startTelemetryCollector(parts) : null;
  const reports = [ending("reports", startTelemetry({ ...parts, sign, load: () => load.sample() }))];
  const roles: Ending[] = collector === null ? [] : [ending("telemetry", collector)];
  roles.push(...(await startStages(parts, has, archives)));
  const balance = has("balance") ? await (await import("./balance.ts")).openBalance(parts) : null;
  if (balance !== null) roles.push(ending("balance", balance));
  const noops = await startWatchers(parts, has, hooks, roles);
  const ingest = has("ingest") ? await (await import("./ingest.ts")).openIngest(parts) : null;
  if (ingest !== null) roles.push(ending("ingest", ingest));
  await warnWhereNotDurable(parts.redis, bufferMaxBytes(config), log);
  void warnWhereRewritable(() => rightsOverLog(parts.prisma), log);
  if (archives !== null) warmUp(parts, archives);
  const metrics = await workerMetrics(parts, { streams: ingest?.streams ?? null, collector, balance, noops });
  return {
    ingestPort: ingest?.port ?? null,
    streamPort: ingest?.streamPort ?? null,
    scalerPort: balance?.scalerPort ?? null,
    metrics,
    leadAway: (overMs) => ingest?.leadAway(overMs),
    stop: async (graceMs) => {
      const queues = [{ name: "queues", stop: (leftMs: number) => parts.queues.close(leftMs) }];
      const stores = [
        ...(archives === null ? [] : [{ name: "archives", stop: () => archives.close() }]),
        { name: "postgresql", stop: () => parts.prisma.$disconnect() },
      ];
      await endWorker(graceMs, { work: roles.toReversed(), queues, reports, stores }, log);
      load.stop();
      parts.redis.disconnect();
    },
  };
}

/** What takes a tap from the buffer to the archive, and takes care of it there. */
async function startStages(parts: Parts, has: Has, archives: ArchiveSet | null): Promise<Ending[]> {
  const roles: Ending[] = [];
  if (has("validation")) (await import("./validation.ts")).startValidation(parts);
  if (has("encryption"))
    roles.push(ending("encryption", await (await import("./encryption.ts")).startEncryption(parts)));
  if (archives === null) return roles;
  if (has("transfer")) {
    const [{ startTransfer }, { startProving }] = await Promise.all([
      import("./transfer.ts"),
      import("./prove.ts"),
    ]);
    roles.push(ending("transfer", await startTransfer(parts, archives)));
    roles.push(ending("proofs", await startProving(parts, archives)));
  }
  if (has("buffer"))
    roles.push(ending("buffer", await (await import("./buffer.ts")).openBuffer(parts, archives)));
  if (has("audit"))
    roles.push(ending("audit", await (await import("./audit.ts")).openAudit(parts, archives)));
  return roles;
}

/** Who looks at the whole, and shares what is read for that: they end with `roles`. @returns who decides */
async function startWatchers(
  parts: Parts,
  has: Has,
  hooks: Hooks,
  roles: Ending[],
): Promise<RunningNoops | null> {
  if (!has("kpi") && !has("alerts") && !has("noops")) return null;
  const readings = (await import("./kpi-readings.ts")).openKpiReadings(parts);
  if (has("kpi")) roles.push(ending("kpi", (await import("./kpi.ts")).startKpiRole(parts, readings, hooks)));
  if (has("alerts")) roles.push(...(await startAlerts(parts, readings)));
  return has("noops") ? await startHands(parts, readings, roles) : null;
}

async function startAlerts(parts: Parts, readings: SharedReadings): Promise<Ending[]> {
  const [{ startAlertsRole }, { startTellingAlerts }] = await Promise.all([
    import("./alerts.ts"),
    import("./tell-alerts.ts"),
  ]);
  return [
    ending("alerts", startAlertsRole(parts, readings)),
    ending("channels of alerts", await startTellingAlerts(parts)),
  ];
}

/** Who decides, and who leads releases on: both end with `roles`. */
async function startHands(parts: Parts, readings: SharedReadings, roles: Ending[]): Promise<RunningNoops> {
  const [{ openActuator }, { startNoopsRole }, { startReleaseControlRole }] = await Promise.all([
    import("./actuator.ts"),
    import("./noops.ts"),
    import("./release-control.ts"),
  ]);
  // One for both: what one of them changes, the other one sees at its next look.
  const actuator = await openActuator(parts.config);
  const noops = startNoopsRole(parts, readings, actuator);
  roles.push(ending("noops", noops));
  if (actuator !== null)
    roles.push(ending("releases", startReleaseControlRole(parts, actuator, noops.fence)));
  return noops;
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
