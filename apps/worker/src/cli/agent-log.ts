import { setTimeout as sleep } from "node:timers/promises";
import type { AgentLogs, ToldLog } from "@tapline/adapters/redis";
import { printable, TaplineError } from "@tapline/core/kernel";
import { agentIdSchema, mostLogLines } from "@tapline/core/tap";
import { openAgentLogs } from "../wire/commands/agent-logs.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";

interface LogOptions extends ActingOptions {
  readonly id: string;
  readonly lines: number;
}

const lookEveryMs = 500;

/** Asks an agent for the last lines of its log, waits until it answers, and prints them; what a terminal would take for orders is shown as "?". */
export async function printLog(options: LogOptions): Promise<void> {
  const { id: agent, lines } = options;
  if (!agentIdSchema.safeParse(agent).success)
    throw new TaplineError("invalid-input", `"${agent}" is no id of an agent`);
  if (lines < 1 || lines > mostLogLines)
    throw new TaplineError("invalid-input", `--lines must be 1 to ${mostLogLines}`);
  const act = actOf(options);
  if (act.dryRun) {
    process.stdout.write(`would ask ${agent} for the last ${lines} lines of its log\n`);
    return;
  }
  const { databaseUrl, redisUrl } = await findStores();
  if (redisUrl === undefined)
    throw new TaplineError("misconfigured", "REDIS_URL is not set", {
      remedy: "set it to the Redis of the installation: the doors find there whom to ask",
    });
  const { desk, logs, answerWithinMs, close } = openAgentLogs(databaseUrl, redisUrl);
  try {
    const told = await answerOf(logs, agent, await desk.ask(agent, lines, act), answerWithinMs);
    if (told.cut) process.stderr.write("older lines did not fit\n");
    process.stdout.write(printable(told.text));
  } finally {
    await close();
  }
}

async function answerOf(
  logs: AgentLogs,
  agent: string,
  id: string,
  withinMs: number,
): Promise<Extract<ToldLog, { is: "told" }>> {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    const { told } = await logs.of(agent);
    if (told?.id === id && told.is === "told") return told;
    if (told?.id === id)
      throw new TaplineError(
        "unavailable",
        `${agent} is of a release that does not know how to send its log`,
        {
          remedy: "look on its PC, or give it a newer version",
        },
      );
    await sleep(lookEveryMs);
  }
  throw new TaplineError("unavailable", `${agent} did not answer within 5 min`, {
    remedy: "see by tapline fleet ls whether it is online",
  });
}
