import { flushCompileCache } from "node:module";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { LogOutput } from "@tapline/telemetry/logging";
import { traceFacts } from "@tapline/telemetry/tracing";
import { pino } from "pino";
import type { Agent } from "./agent.ts";
import { type Config, readConfig } from "./config.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { clearFailure, noteFailure } from "./last-failure.ts";
import { LogTail } from "./log-tail.ts";
import { agentVersion } from "./version.ts";
import { type Wired, wire } from "./wire.ts";

const statusEveryMs = 250;
/** How things stand is told again so long after the last time, ms, though nothing changed: a parent marks old figures after 5 s. */
const statusAgainMs = 2_000;
/** Leaving takes no longer than this: all that matters is on disk before. */
const stopWithinMs = 3500;

const tail = new LogTail(pino.destination({ fd: 2, sync: true }));
const output = new LogOutput(tail);
const log = pino({ name: "nfc-agent", base: null, mixin: traceFacts }, output);
let config: Config | null = null;
let running: Wired | null = null;
let leaving = false;

/** Stops and leaves with `code`; the first call counts. */
function leave(code: number): void {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(code), stopWithinMs).unref();
  Promise.resolve(running?.stop())
    .catch((error: unknown) => log.error({ why: messageOf(error) }, "stopping was not clean"))
    .finally(() => process.exit(code));
}

function fail(error: unknown): void {
  const facts = error instanceof TaplineError ? { code: error.code, remedy: error.remedy } : {};
  log.fatal(facts, messageOf(error));
  const noted = config === null ? null : noteFailure(config.dataDir, error, Date.now());
  void Promise.resolve(noted).then(() => leave(exitCodeOf(error)));
}

function tell(message: unknown): void {
  if (process.send !== undefined && process.connected) process.send(message, () => {});
}

/** Tells the parent how things stand: whenever they changed, and now and then where they did not. */
function report(agent: Agent, bounded: boolean): void {
  let told = "";
  let toldMs = 0;
  let done = false;
  setInterval(() => {
    if (leaving) return;
    const status = agent.status();
    const text = JSON.stringify(status);
    const nowMs = performance.now();
    if (text !== told || nowMs - toldMs >= statusAgainMs) {
      tell({ type: "status", agent: status });
      [told, toldMs] = [text, nowMs];
    }
    if (!bounded || !status.done || done) return;
    done = true;
    log.info({ ...status }, "all taps have their receipt");
    if (process.send === undefined) leave(exitCodes.ok);
  }, statusEveryMs);
}

async function start(dataDir: string | undefined): Promise<void> {
  config = readConfig(undefined, dataDir);
  running = await wire(config, {
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    notify: (text, facts) => log.warn(facts, text),
    output,
    lastLines: (count) => tail.last(count),
    setLogLevel: (level) => {
      log.level = level;
    },
    onFailure: fail,
  });
  if (leaving) return;
  await clearFailure(config.dataDir);
  running.start();
  report(running.agent, config.taps !== null);
  const { apiUrl } = running;
  tell({ type: "ready", apiUrl });
  const { readerKind, ingest, dataDir: folder } = config;
  const facts = { version: agentVersion, ingest: ingest.url, readerKind, dataDir: folder, apiUrl };
  log.info(facts, "the agent is ready");
  // Where Node keeps what it has compiled: a process that is killed would leave nothing for its successor.
  flushCompileCache();
}

/**
 * Runs the agent in this process until SIGTERM, SIGINT, or the end of the parent that forked it; then leaves within
 * 4 s with a code of `exitCodes`.
 * @param dataDir the data folder that a flag named
 */
export function runAgent(dataDir?: string): void {
  process.on("SIGTERM", () => leave(exitCodes.ok));
  process.on("SIGINT", () => leave(exitCodes.ok));
  process.on("disconnect", () => leave(exitCodes.ok));
  process.on("uncaughtException", fail);
  start(dataDir).catch(fail);
}
