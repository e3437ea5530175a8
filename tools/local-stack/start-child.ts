import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { stopChild, watchOver } from "../servers/index.ts";
import { failureReason } from "./failure-reason.ts";

/** One Node program of ours that talks to its parent over IPC. */
export type ChildPlan = Readonly<{
  /** For messages and the log's name: "web", "worker-ingest". */
  name: string;
  /** Path from `root`. */
  script: string;
  /** Folder of the program; default: the project. */
  root?: string;
  environment: NodeJS.ProcessEnv;
  logFile: string;
  /** Folder in which Node keeps what it has compiled: the next start takes half the CPU. What lies there is run: it is ours alone. */
  compiledDir: string;
  /** Default: three minutes. */
  readyTimeoutMs?: number;
  onMessage?: (message: ChildMessage) => void;
  /** Breaks the start off. */
  signal?: AbortSignal;
}>;

/** What a child says: at least a type. */
export type ChildMessage = Readonly<{ type: string } & Record<string, unknown>>;

/** A child that has said it is ready. `exited` resolves to how it ended, asked or not. */
export type Child = Readonly<{
  ready: ChildMessage;
  pid: number | undefined;
  exited: Promise<string>;
  send: (message: object) => void;
  /**
   * Gives it a connection; false where it takes none any more. Then the connection is still ours; so it is where `onLost` is called,
   * since the child died before its turn had come.
   */
  hand: (message: object, socket: Socket, onLost: () => void) => boolean;
  stop: (graceMs: number) => Promise<void>;
}>;

/**
 * So long a child may take until it is ready. One that dies is seen at once, so this is for what hangs: on a machine on which much starts at the
 * same time a start takes many times as long, and one that is broken off and begun anew makes all the others slower.
 */
const usualReadyTimeoutMs = 180_000;

/** The folder of this project. */
export const projectRoot = join(import.meta.dirname, "../..");

/**
 * A larger nursery: what a tap needs lives for milliseconds, and with the default of 16 MiB much of it is promoted
 * and collected twice. Measured on the path of a tap: a fifth less CPU.
 */
const nodeOptions = ["--max-semi-space-size=64"];

function isMessage(message: unknown): message is ChildMessage {
  return (
    typeof message === "object" && message !== null && "type" in message && typeof message.type === "string"
  );
}

function launch(plan: ChildPlan): ChildProcess {
  const log = openSync(plan.logFile, "a", 0o600);
  try {
    const root = plan.root ?? projectRoot;
    return fork(join(root, plan.script), [], {
      cwd: root,
      env: { ...plan.environment, NODE_COMPILE_CACHE: plan.compiledDir },
      execArgv: [...nodeOptions],
      // A process group of its own: Ctrl-C in the terminal must reach us alone, so that we end all in order.
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
  } finally {
    closeSync(log);
  }
}

/** Its last words are at the end of its log: no more of it is read, however much it wrote. */
const lastWordsBytes = 256 * 1024;

/** What a program of ours said last when it could not start, out of its log from byte `fromBytes` on. */
async function reasonIn(logFile: string, fromBytes: number): Promise<string> {
  const said = await endOf(logFile, fromBytes).catch(() => "");
  return failureReason(said) ?? "it gave no reason";
}

async function endOf(logFile: string, fromBytes: number): Promise<string> {
  await using log = await open(logFile);
  const { size } = await log.stat();
  const start = Math.max(fromBytes, size - lastWordsBytes);
  const { buffer, bytesRead } = await log.read({
    ...{ buffer: Buffer.alloc(Math.max(0, size - start)), position: start },
  });
  return buffer.toString("utf8", 0, bytesRead);
}

/**
 * Node sends one connection at a time, the next once the one before has arrived, and forgets those that wait for that when the child
 * dies: they would stay open for ever, and nobody would be at the other end.
 */
function handing(child: ChildProcess): Child["hand"] {
  const underWay = new Map<Socket, () => void>();
  // While some wait there is no "disconnect"; once it is closed nothing is sent to it any more.
  child.once("close", () => {
    for (const onLost of underWay.values()) onLost();
    underWay.clear();
  });
  return (message, socket, onLost) => {
    if (!child.connected) return false;
    underWay.set(socket, onLost);
    child.send(message, socket, {}, (error) => {
      // Lost by then, and somebody else's.
      if (!underWay.delete(socket)) return;
      // It is half given away by then: over, as if the child had died a moment later.
      if (error !== null) socket.destroy();
    });
    return true;
  };
}

/**
 * Starts a child and resolves once it is ready. Throws `unavailable` with its last words where it does not get there, or with why a store
 * refuses it, for which it would wait itself.
 */
export async function startChild(plan: ChildPlan): Promise<Child> {
  const logBytes = statSync(plan.logFile, { throwIfNoEntry: false })?.size ?? 0;
  const child = launch(plan);
  const hand = handing(child);
  if (child.pid !== undefined) watchOver(child.pid, "SIGTERM");
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
  });
  const settled = new Promise<ChildMessage>((resolve) => {
    child.on("message", (message) => {
      if (!isMessage(message)) return;
      if (message.type === "ready" || message.type === "refused") resolve(message);
      else plan.onMessage?.(message);
    });
  });
  const { readyTimeoutMs = usualReadyTimeoutMs } = plan;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), readyTimeoutMs).unref();
  });
  const stop = (graceMs: number) => stopChild(child, "SIGTERM", graceMs);
  const breakOff = () => void stop(1_000);
  plan.signal?.addEventListener("abort", breakOff, { once: true });
  if (plan.signal?.aborted) breakOff();
  const first = await Promise.race([settled, exited, late]);
  plan.signal?.removeEventListener("abort", breakOff);
  if (typeof first === "object" && first.type === "ready")
    return {
      ...{ ready: first, pid: child.pid, exited, stop, hand },
      send: (message) => void (child.connected && child.send(message)),
    };
  await stop(2_000);
  const how =
    typeof first === "object"
      ? `is refused: ${String(first.why)}`
      : `${first === undefined ? `was not ready after ${readyTimeoutMs} ms` : `ended (${first})`}: ${await reasonIn(plan.logFile, logBytes)}`;
  throw new TaplineError("unavailable", `${plan.name} ${how}`, {
    remedy: `read ${plan.logFile}`,
    facts: { child: plan.name },
  });
}
