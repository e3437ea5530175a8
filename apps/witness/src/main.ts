import { flushCompileCache } from "node:module";
import { formatVerifierKey } from "@tapline/core/audit";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { ServedRequests } from "@tapline/core/telemetry";
import { serveHealth } from "@tapline/telemetry/health";
import { createLog, LogOutput } from "@tapline/telemetry/logging";
import { ProcessMetrics } from "@tapline/telemetry/metrics";
import { openOtlp } from "@tapline/telemetry/otlp";
import manifest from "../package.json" with { type: "json" };
import { ConfigError, readConfig } from "./config.ts";
import { openWitness } from "./open-witness.ts";
import { serve } from "./serve.ts";

async function main(): Promise<void> {
  const config = readConfig();
  const output = new LogOutput();
  const log = createLog({ level: config.LOG_LEVEL }, output);
  const { witness, key } = await openWitness(config, log);
  const about = { service: "tapline-witness", version: manifest.version, instance: key.name };
  const otlp = await openOtlp({ ...about, settings: config }, output);
  const at = { host: config.TAPLINE_WITNESS_HOST, port: config.TAPLINE_WITNESS_PORT };
  const requests = new ServedRequests();
  const metrics = new ProcessMetrics({
    info: { app: "witness", version: manifest.version },
    served: requests,
  });
  const served = await serve(witness, key, at, { log, requests });
  const health = await serveHealth(
    { port: config.TAPLINE_WITNESS_HEALTH_PORT },
    {
      notReady: () => null,
      metrics: () => metrics.text(),
    },
  );
  await otlp.sendMetrics(metrics.registry);
  const stop = (why: string): void => {
    log.info({ why }, "stopping");
    setTimeout(() => process.exit(1), 2_000).unref();
    health.close();
    void Promise.all([served.stop(), otlp.close()]).then(() => process.exit(0));
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  process.once("disconnect", () => stop("parent gone"));
  log.info({ port: served.port, healthPort: health.port, key: formatVerifierKey(key) }, "ready");
  process.send?.({ type: "ready", port: served.port, healthPort: health.port, key: formatVerifierKey(key) });
  // Where Node keeps what it has compiled: a process that is killed would leave nothing for its successor.
  flushCompileCache();
}

try {
  await main();
} catch (error) {
  const remedy = error instanceof TaplineError && error.remedy !== undefined ? ` — ${error.remedy}` : "";
  process.stderr.write(`tapline witness: ${messageOf(error)}${remedy}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
