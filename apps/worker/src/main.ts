import { flushCompileCache } from "node:module";
import { setTimeout } from "node:timers/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { serveHealth } from "@tapline/telemetry/health";
import { createLog, LogOutput } from "@tapline/telemetry/logging";
import { openOtlp } from "@tapline/telemetry/otlp";
import manifest from "../package.json" with { type: "json" };
import { explained } from "./cli/tell-error.ts";
import { ConfigError, readConfig } from "./config.ts";
import { instanceOf } from "./instance-of.ts";
import { StatusToParent, tellParent } from "./tell-parent.ts";
import { type Running, startWorker } from "./wire/start-worker.ts";

/** How much longer than running work the rest may take, before the process ends all the same. */
const exitMs = 1_500;

async function main(): Promise<void> {
  const loadedMs = performance.now();
  const config = readConfig();
  const output = new LogOutput();
  const log = createLog({ level: config.LOG_LEVEL, base: { roles: config.roles.join(",") } }, output);
  let notReady: string | null = "it starts";
  let running: Running | null = null;
  const about = { service: "tapline-worker", version: manifest.version, instance: instanceOf(config) };
  const otlp = await openOtlp({ ...about, settings: config }, output);
  const health = await serveHealth(
    { port: config.TAPLINE_HEALTH_PORT, host: config.TAPLINE_HEALTH_HOST },
    { notReady: () => notReady, metrics: () => running?.metrics.text() ?? null },
  );
  let stopping = false;
  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    notReady = "it ends";
    log.info({ why }, "stopping");
    tellParent({ type: "draining" });
    const delayMs = config.TAPLINE_DRAIN_DELAY_SECONDS * 1_000;
    running?.leadAway(delayMs);
    if (running !== null) await setTimeout(delayMs);
    const graceMs = config.TAPLINE_GRACE_SECONDS * 1_000;
    void setTimeout(graceMs + exitMs, undefined, { ref: false }).then(() => process.exit(1));
    await running?.stop(graceMs);
    await otlp.close();
    health.close();
    process.exit(0);
  };
  // Before the start, which waits for servers that may be away: who ends it then must not wait, too.
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("disconnect", () => void stop("parent gone"));
  const status = new StatusToParent();
  running = await startWorker(config, log, {
    onLive: (kpi) => status.tell({ kpi }),
    onRefused: (why) => {
      if (!stopping) notReady = why ?? "it starts";
      if (why !== null) tellParent({ type: "refused", why });
    },
  });
  await otlp.sendMetrics(running.metrics.registry);
  notReady = null;
  log.info(
    {
      ...{ ingestPort: running.ingestPort, streamPort: running.streamPort, healthPort: health.port },
      // Since the process began: until its modules were loaded, and until now.
      ...{ loadedMs: Math.round(loadedMs), readyMs: Math.round(performance.now()) },
    },
    "ready",
  );
  tellParent({
    type: "ready",
    roles: config.roles,
    healthPort: health.port,
    ...(running.ingestPort === null ? {} : { ingestPort: running.ingestPort }),
    ...(running.streamPort === null ? {} : { streamPort: running.streamPort }),
    ...(running.scalerPort === null ? {} : { scalerPort: running.scalerPort }),
  });
  // Where Node keeps what it has compiled: a process that is killed would leave nothing for its successor.
  flushCompileCache();
}

try {
  await main();
} catch (thrown) {
  const error = explained(thrown);
  const remedy = error instanceof TaplineError && error.remedy !== undefined ? ` — ${error.remedy}` : "";
  process.stderr.write(`tapline worker: ${messageOf(error)}${remedy}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
