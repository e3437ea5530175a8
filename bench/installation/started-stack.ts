import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { localActuator } from "@tapline/adapters/local";
import { hasCode } from "@tapline/core/kernel";
import type { Actuator, Landscape, Workload } from "@tapline/core/noops";
import type { AgentFigures } from "./agent-process.ts";
import { baseEnvironment } from "./config.ts";

const root = join(import.meta.dirname, "../..");
/** More than any drill reads. */
const endlessTaps = 10_000_000;
const upWithinMs = 180_000;
const lookEveryMs = 200;

/** A process that the supervisor has started, by what it runs. */
export type Victim = Readonly<{
  pid: number;
  runs: string;
  /** A worker's services; "" where it is none. */
  services: string;
}>;

export type StartedStores = Readonly<{
  databaseUrl: string;
  redisUrl: string;
  archive: Readonly<{ url: string; keyFile: string }>;
}>;

/** `npm start`, as anybody has it: nobody but its supervisor heals it. */
export class StartedStack {
  readonly #dataDir: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = "";
  readonly actuator: Actuator;

  private constructor(dataDir: string, child: ChildProcess) {
    this.#dataDir = dataDir;
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("close", resolve));
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk.toString("utf8")}`.slice(-16_000);
    });
    this.actuator = localActuator(join(dataDir, "control.sock"));
  }

  /**
   * Resolves once every service has a ready process; the agent, and a console, begin after that.
   * @param settings of all its processes
   * @param hasConsole its pages have to be built; left out: there is none
   */
  static async start(
    dataDir: string,
    settings: Readonly<Record<string, string>>,
    hasConsole = false,
  ): Promise<StartedStack> {
    const main = join(root, "tools/local-stack/main.ts");
    const bounded = hasConsole ? [] : ["--once", "--taps", String(endlessTaps)];
    const args = [main, ...bounded, "--data-dir", dataDir];
    const env = { ...baseEnvironment(), LOG_LEVEL: "error", ...settings };
    const stack = new StartedStack(
      dataDir,
      spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] }),
    );
    await stack.allUp();
    return stack;
  }

  /** Waits until each service has as many ready processes as are wanted. @throws Error with what was said last where it does not come to that */
  async allUp(): Promise<void> {
    await this.#until("all its services ready", ({ workloads }) =>
      workloads.every((workload) => readyIn(workload) >= workload.wanted),
    );
  }

  /** Waits until those are there alone: nothing starts, and nothing ends any more. @throws Error as above */
  async settled(): Promise<void> {
    await this.#until("all its services ready and at rest", ({ workloads }) =>
      workloads.every(
        (workload) =>
          workload.replicas.length === workload.wanted && readyIn(workload) === workload.replicas.length,
      ),
    );
  }

  /** Waits until half of the replicas that are wanted are ready. @throws Error as above */
  async mostlyUp(): Promise<void> {
    await this.#until("half of its services ready", ({ workloads }) => {
      const wanted = workloads.reduce((sum, workload) => sum + workload.wanted, 0);
      return workloads.reduce((sum, workload) => sum + readyIn(workload), 0) * 2 >= wanted;
    });
  }

  async #until(what: string, holds: (landscape: Landscape) => boolean): Promise<void> {
    const end = performance.now() + upWithinMs;
    while (!(await this.#shows(holds))) {
      if (this.#child.exitCode !== null || performance.now() > end)
        throw new Error(`npm start has not ${what}:\n${this.#said}`);
      await sleep(lookEveryMs);
    }
  }

  async #shows(holds: (landscape: Landscape) => boolean): Promise<boolean> {
    try {
      return holds(await this.actuator.look());
    } catch (error) {
      if (hasCode(error, "unavailable")) return false;
      throw error;
    }
  }

  /** Its children, but for the guard that ends what it leaves behind. */
  async victims(): Promise<Victim[]> {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(pids.map((pid) => this.#childOf(pid)));
    return found.filter((victim) => victim !== null);
  }

  async #childOf(pid: string): Promise<Victim | null> {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "");
    const [stat, command] = await Promise.all([read("stat"), read("cmdline")]);
    // The name before it is in parentheses, and may have some itself.
    const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) !== this.#child.pid || command.includes("guard.ts")) return null;
    const script = /([^/\0]+\/)?(src\/main|main)\.(?:ts|mjs)/.exec(command)?.[0];
    const [, services = ""] = /(?:^|\0)ROLE=([^\0]*)/.exec(await read("environ")) ?? [];
    const runs = services || script || (command.split("\0")[0]?.split("/").at(-1) ?? "");
    return { pid: Number(pid), runs, services };
  }

  /** The agent's outbox, over all of its lives. */
  async figures(): Promise<AgentFigures> {
    const cli = join(root, "apps/nfc-agent/bin/tapline-agent.mjs");
    const args = [cli, "outbox", "ls", "--pending", "--data-dir", join(this.#dataDir, "agent"), "--json"];
    const options = { env: baseEnvironment(), maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    const { totals, taps } = JSON.parse(stdout) as {
      totals: Omit<AgentFigures, "pending" | "done">;
      taps: unknown[];
    };
    return { ...totals, pending: taps.length, done: taps.length === 0 };
  }

  async databaseUrl(): Promise<string> {
    return (await this.stores()).databaseUrl;
  }

  /** Where its stores are, and how to come in. */
  async stores(): Promise<StartedStores> {
    return JSON.parse(await readFile(join(this.#dataDir, "stores.json"), "utf8"));
  }

  /** Runs a command of `tapline` on it, as people type it. @throws Error with what it said where it was refused */
  async tapline(...args: string[]): Promise<void> {
    const env = { ...baseEnvironment(), TAPLINE_DATA_DIR: this.#dataDir };
    await promisify(execFile)(process.execPath, [join(root, "apps/worker/src/cli/main.ts"), ...args], {
      env,
    });
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
    await this.#ended;
  }
}

const readyIn = ({ replicas }: Workload): number => replicas.filter(({ state }) => state === "ready").length;
