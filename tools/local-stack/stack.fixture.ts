import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testEnvironment } from "../test-servers/index.ts";

const root = join(import.meta.dirname, "../..");

/** `npm start`, without npm, as a test sees it. */
export interface LaunchedStack {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves once `text` has been printed; throws with the output where it does not come. */
  readonly printed: (text: string, timeoutMs?: number) => Promise<void>;
}

/** Starts the local stack on `dataDir` with any free ports. */
export function launchStack(dataDir: string, args: readonly string[] = []): LaunchedStack {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "main.ts"), "--data-dir", dataDir, ...args],
    {
      cwd: root,
      env: testEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const printed = async (text: string, timeoutMs = 60_000) => {
    for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 50) {
      if ((stdout + stderr).includes(text)) return;
      if (child.exitCode !== null) break;
      await sleep(50);
    }
    throw new Error(`"${text}" was not printed:\n${stdout}${stderr}`);
  };
  return { child, stdout: () => stdout, stderr: () => stderr, ended, printed };
}

/** Pids of processes that have to do with `dataDir`: by command line, environment or working directory. */
export async function processesOf(dataDir: string, having = ""): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "");
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    const commandLine = await read("cmdline");
    const facts = [commandLine, await read("environ"), cwd].join("\n");
    if (facts.includes(dataDir) && commandLine.includes(having)) found.push(pid);
  }
  return found;
}
