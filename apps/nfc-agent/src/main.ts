import { messageOf, TaplineError } from "@tapline/core/kernel";
import { pino } from "pino";
import type { Agent, AgentStatus } from "./agent.ts";
import { readConfig } from "./config.ts";
import { wire } from "./wire.ts";

const statusEveryMs = 250;
/** Leaving takes no longer than this: all that matters is on disk before. */
const stopWithinMs = 4000;

const log = pino({ name: "nfc-agent", base: null }, pino.destination({ fd: 2, sync: true }));
let agent: Agent | null = null;
let leaving = false;

/** Stops and leaves with `code`; the first call counts. */
function leave(code: number): void {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(code), stopWithinMs).unref();
  Promise.resolve(agent?.stop())
    .catch((error: unknown) => log.error({ why: messageOf(error) }, "stopping was not clean"))
    .finally(() => process.exit(code));
}

function fail(error: unknown): void {
  const facts = error instanceof TaplineError ? { code: error.code, remedy: error.remedy } : {};
  log.fatal(facts, messageOf(error));
  leave(1);
}

function tell(message: unknown): void {
  if (process.send !== undefined && process.connected) process.send(message, () => {});
}

/** Tells the parent how things stand, whenever they changed. */
function report(running: Agent, bounded: boolean): void {
  let told = "";
  let paused: AgentStatus["paused"] = null;
  let done = false;
  setInterval(() => {
    if (leaving) return;
    const status = running.status();
    const text = JSON.stringify(status);
    if (text !== told) tell({ type: "status", agent: status });
    told = text;
    if (status.paused !== paused) log.warn({ paused: status.paused }, "reading pauses or goes on");
    paused = status.paused;
    if (!bounded || !status.done || done) return;
    done = true;
    log.info({ ...status }, "all taps have their receipt");
    if (process.send === undefined) leave(0);
  }, statusEveryMs);
}

async function main(): Promise<void> {
  const config = readConfig();
  log.level = config.logLevel;
  agent = await wire(config, {
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    notify: (text, facts) => log.warn(facts, text),
    onFailure: fail,
  });
  if (leaving) return;
  agent.start();
  report(agent, config.taps !== null);
  tell({ type: "ready" });
  log.info({ ingest: config.ingest.url, readers: config.simulated.readers }, "the agent is ready");
}

process.on("SIGTERM", () => leave(0));
process.on("SIGINT", () => leave(0));
process.on("disconnect", () => leave(0));
process.on("uncaughtException", fail);
main().catch(fail);
