import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** What an owner tells its guard. */
export type GuardMessage =
  | { watch: number; signal: NodeJS.Signals }
  | { forget: number }
  | { removeFolder: string }
  | { endNow: true };

let guard: ChildProcess | undefined;

function tell(message: GuardMessage): void {
  if (guard === undefined || !guard.connected) {
    guard = fork(join(import.meta.dirname, "guard.ts"), [], {
      detached: true,
      stdio: "ignore",
      execArgv: [],
    });
    guard.unref();
    guard.channel?.unref();
  }
  guard.send(message);
}

/** Has process `pid` ended by `signal` (later SIGKILL) when this process is gone, however it went. */
export function watchOver(pid: number, signal: NodeJS.Signals): void {
  tell({ watch: pid, signal });
}

/** Takes back `watchOver`: call it once the process has ended, since pids are used again. */
export function forgetProcess(pid: number): void {
  tell({ forget: pid });
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
