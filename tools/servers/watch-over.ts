import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** What an owner tells its guard. */
export type GuardMessage =
  | { watch: number; signal: NodeJS.Signals }
  | { forget: number }
  | { unmount: string }
  | { forgetMount: string }
  | { removeFolder: string }
  | { endNow: true };

/** A guard that ends by itself is started anew after this long, so that one that cannot live makes no storm. */
const restartDelayMs = 500;

let guard: ChildProcess | undefined;
let sayLost: (line: string) => void = () => {};
/** All that the guard was told and that still holds: a new one is told it again. */
const standing = new Map<string, GuardMessage>();

function startGuard(): ChildProcess {
  const started = fork(join(import.meta.dirname, "guard.ts"), [], {
    detached: true,
    stdio: "ignore",
    execArgv: [],
  });
  started.unref();
  started.channel?.unref();
  started.on("error", () => {});
  started.once("exit", () => {
    if (guard === started) guard = undefined;
    if (standing.size === 0) return;
    sayLost("the guard process ended; starting it again");
    const restart = () => {
      if (guard === undefined) startGuard();
    };
    setTimeout(restart, restartDelayMs).unref();
  });
  guard = started;
  for (const message of standing.values()) started.send(message);
  return started;
}

function tell(message: GuardMessage): void {
  const live = guard?.connected ? guard : undefined;
  if ("watch" in message) standing.set(`pid ${message.watch}`, message);
  else if ("forget" in message) standing.delete(`pid ${message.forget}`);
  else if ("unmount" in message) standing.set(`mount ${message.unmount}`, message);
  else if ("forgetMount" in message) standing.delete(`mount ${message.forgetMount}`);
  else if ("removeFolder" in message) standing.set(`folder ${message.removeFolder}`, message);
  // A new guard is told all that stands.
  if (live === undefined) startGuard();
  else live.send(message);
}

/** Has a line said whenever the guard process has ended and is started anew. */
export function onGuardLost(say: (line: string) => void): void {
  sayLost = say;
}

/** Has process `pid` ended by `signal` (later SIGKILL) when this process is gone, however it went. */
export function watchOver(pid: number, signal: NodeJS.Signals): void {
  tell({ watch: pid, signal });
}

/** Takes back `watchOver`: call it once the process has ended, since pids are used again. */
export function forgetProcess(pid: number): void {
  tell({ forget: pid });
}

/** Has what is mounted at `folder` unmounted when this process is gone, however it went. */
export function unmountWhenGone(folder: string): void {
  tell({ unmount: folder });
}

/** Takes back `unmountWhenGone`: call it once it is unmounted. */
export function forgetMount(folder: string): void {
  tell({ forgetMount: folder });
}

/** Has `folder` removed when this process is gone. */
export function removeWhenGone(folder: string): void {
  tell({ removeFolder: folder });
}

/** Has everything watched killed at once (SIGKILL), and calls back when the order is out. */
export function killWatchedNow(callback: () => void): void {
  if (guard === undefined || !guard.connected) callback();
  else guard.send({ endNow: true } satisfies GuardMessage, callback);
}
