import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";
import { lastLines } from "./run-command.ts";
import { stopChild } from "./stop-process.ts";
import { watchOver } from "./watch-over.ts";

/** A server process of ours. `exited` resolves when it ends, asked or not. */
export type RunningServer = Readonly<{
  url: string;
  port: number;
  pid: number;
  exited: Promise<void>;
  /** Asks it to end, insists after `graceMs` (default 4 s), and resolves when it is gone. */
  stop: (graceMs?: number) => Promise<void>;
}>;

/** How one kind of server is started. */
export type ServerPlan = Readonly<{
  /** For messages: "Redis", "PostgreSQL". */
  name: string;
  program: string;
  args: readonly string[];
  options: SpawnOptions;
  /** Written to the program's standard input: settings that hold a secret. */
  stdin?: string;
  /** Where its output goes, appended. */
  logFile: string;
  url: string;
  port: number;
  stopSignal: NodeJS.Signals;
  /** True once the server answers; false or a throw while it does not yet. */
  isReady: () => Promise<boolean>;
  readyTimeoutMs: number;
}>;

function launch(plan: ServerPlan): ChildProcess {
  const log = openSync(plan.logFile, "a", 0o600);
  try {
    const child = spawn(plan.program, plan.args, {
      ...plan.options,
      detached: true,
      stdio: [plan.stdin === undefined ? "ignore" : "pipe", log, log],
    });
    child.once("error", () => {});
    child.stdin?.on("error", () => {});
    child.stdin?.end(plan.stdin);
    return child;
  } finally {
    closeSync(log);
  }
}

/** Starts a server and resolves once it answers. Throws `unavailable` with its last lines where it does not. */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  // The log goes on from run to run: only what this run writes tells why it failed.
  const logBytes = statSync(plan.logFile, { throwIfNoEntry: false })?.size ?? 0;
  const child = launch(plan);
  const { pid } = child;
  const fail = async (what: string) => {
    const log = await readFile(plan.logFile).catch(() => Buffer.alloc(0));
    return new TaplineError(
      "unavailable",
      `${plan.name} ${what}; its last lines:\n${lastLines(log.subarray(logBytes).toString("utf8"))}`,
      {
        remedy: `read ${plan.logFile}`,
      },
    );
  };
  if (pid === undefined) throw await fail("could not be started");
  watchOver(pid, plan.stopSignal);
  let ended = false;
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      resolve();
    }),
  );
  const stop = (graceMs = 4_000) => stopChild(child, plan.stopSignal, graceMs);
  const deadline = Date.now() + plan.readyTimeoutMs;
  while (!(await plan.isReady().catch(() => false))) {
    if (ended) throw await fail("ended while it started");
    if (Date.now() > deadline) {
      await stop();
      throw await fail(`did not answer within ${plan.readyTimeoutMs} ms`);
    }
    await sleep(20);
  }
  return { url: plan.url, port: plan.port, pid, exited, stop };
}
