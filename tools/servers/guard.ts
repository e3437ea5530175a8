/**
 * A small process of its own that outlives the one that started it, if only by seconds: when the owner's IPC
 * channel closes, for whatever reason (kill -9 included), it ends the servers, unmounts and removes the folders it was told of.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuardMessage } from "./watch-over.ts";

const graceMs = 8_000;
const watched = new Map<number, NodeJS.Signals>();
const mounts = new Set<string>();
const folders = new Set<string>();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself between the look and the call.
  }
}

function unmount(folder: string): void {
  try {
    execFileSync("umount", ["-l", folder], { stdio: "ignore" });
  } catch {
    // It was unmounted by hand, or this user may not.
  }
}

async function endAll(): Promise<void> {
  for (const [pid, name] of watched) signal(pid, name);
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && [...watched.keys()].some(isAlive)) await sleep(50);
  for (const pid of watched.keys()) signal(pid, "SIGKILL");
  // A folder with a mount in it cannot be removed.
  for (const folder of mounts) unmount(folder);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

process.on("message", (message: GuardMessage) => {
  if ("watch" in message) watched.set(message.watch, message.signal);
  else if ("forget" in message) watched.delete(message.forget);
  else if ("unmount" in message) mounts.add(message.unmount);
  else if ("forgetMount" in message) mounts.delete(message.forgetMount);
  else if ("removeFolder" in message) folders.add(message.removeFolder);
  else for (const pid of watched.keys()) signal(pid, "SIGKILL");
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});
process.once("disconnect", () => {
  void endAll();
});
