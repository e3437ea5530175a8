import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { forgetProcess, onGuardLost, watchOver } from "./watch-over.ts";

async function guards(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "");
    const [state, parent] = (await read("stat")).split(") ")[1]?.split(" ") ?? [];
    const isOurs = Number(parent) === process.pid && state !== "Z";
    if (isOurs && (await read("cmdline")).includes("servers/guard.ts")) found.push(Number(pid));
  }
  return found;
}

it("starts a guard anew that was killed, and says so", async () => {
  const lines: string[] = [];
  onGuardLost((line) => lines.push(line));
  const watched = spawn("sleep", ["60"]);
  watchOver(watched.pid!, "SIGTERM");
  const [first] = await guards();
  process.kill(first!, "SIGKILL");
  await expect.poll(guards, { timeout: 10_000 }).toEqual([expect.not.toSatisfy((pid) => pid === first)]);
  expect(lines).toEqual(["the guard process ended; starting it again"]);
  forgetProcess(watched.pid!);
  watched.kill("SIGKILL");
}, 20_000);
