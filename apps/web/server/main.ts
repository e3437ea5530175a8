import { flushCompileCache } from "node:module";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { LogOutput } from "@tapline/telemetry/logging";
import { type Otlp, openOtlp } from "@tapline/telemetry/otlp";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import { readConfig } from "./config.ts";
import { openPages } from "./open-pages.ts";
import { type Console, startConsole } from "./start-console.ts";

const exitWithinMs = 4_000;

/** What a parent process may ask over IPC. */
const askedSchema = z.object({
  type: z.literal("ensure-first-admin"),
  email: z.email(),
  password: z.string().min(1),
});

async function answer(console: Console, message: unknown): Promise<void> {
  const asked = askedSchema.safeParse(message);
  if (!asked.success) return;
  try {
    const { email, password } = asked.data;
    const created = await console.ensureFirstAdmin({ email, password });
    process.send?.({ type: "first-admin", created });
  } catch (error) {
    process.send?.({ type: "first-admin", created: false, error: messageOf(error) });
  }
}

/**
 * Ends once, whatever asks for it and however often; a hanging part does not keep the process alive.
 * @param delayMs how long it serves on before that, not ready any more
 */
function stopOn(console: Console, otlp: Otlp, delayMs: number): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    console.leave();
    await wait(delayMs);
    setTimeout(() => process.exit(0), exitWithinMs).unref();
    Promise.all([console.close(), otlp.close()]).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
  process.on("disconnect", () => void stop());
}

async function main(): Promise<void> {
  const config = readConfig();
  const output = new LogOutput();
  const about = {
    service: "tapline-web",
    version: manifest.version,
    instance: `${hostname()}-${process.pid}`,
  };
  const otlp = await openOtlp({ ...about, settings: config.otlp }, output);
  const console = await startConsole(config, await openPages(), output);
  await otlp.sendMetrics(console.metrics.registry);
  stopOn(console, otlp, config.drainDelayMs ?? 0);
  process.on("message", (message) => void answer(console, message));
  process.send?.({ type: "ready", port: console.port, healthPort: console.healthPort });
  // Where Node keeps what it has compiled: a process that is killed would leave nothing for its successor.
  flushCompileCache();
}

main().catch((error: unknown) => {
  const remedy = error instanceof TaplineError && error.remedy ? ` (${error.remedy})` : "";
  process.stderr.write(`${messageOf(error)}${remedy}\n`);
  process.exit(hasCode(error, "misconfigured") ? 2 : 1);
});
