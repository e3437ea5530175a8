import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { keepRunning, type Running } from "./keep-running.ts";
import { type PartName, stopParts } from "./stop-order.ts";

function part(): { running: Running; die: () => void; isStopped: () => boolean } {
  let die = () => {};
  let stopped = false;
  const exited = new Promise<string>((resolve) => {
    die = () => resolve("exit code 7");
  });
  const stop = async () => {
    stopped = true;
    die();
  };
  return { running: { exited, stop }, die, isStopped: () => stopped };
}

it("starts a part again that died, and says how it died", async () => {
  const lives = [part(), part()];
  const said: string[] = [];
  let started = 0;
  const start = async () => lives[started++]!.running;
  const kept = await keepRunning("worker", start, (line) => said.push(line));
  lives[0]!.die();
  await expect.poll(() => started, { timeout: 3_000 }).toBe(2);
  expect(said[0]).toBe("worker ended (exit code 7); starting it again in 0.5 s");
  expect(kept.current()).toBe(lives[1]!.running);
  await kept.stop(10);
});

it("does not start a part again that was stopped", async () => {
  const only = part();
  let started = 0;
  const kept = await keepRunning(
    "worker",
    async () => {
      started++;
      return only.running;
    },
    () => {},
  );
  await kept.stop(10);
  await sleep(700);
  expect(only.isStopped()).toBe(true);
  expect(started).toBe(1);
});

it("tells a first start that fails", async () => {
  const failing = () => Promise.reject(new Error("no"));
  await expect(keepRunning("worker", failing, () => {})).rejects.toThrow("no");
});

it("ends who sends before who receives", async () => {
  const ended: string[] = [];
  const names: PartName[] = [
    "postgres",
    "redis",
    "archive",
    "witness",
    "worker-ingest",
    "worker-pipeline",
    "web",
    "agent",
  ];
  const parts = new Map(
    names.map((name) => {
      const stop = async () => void ended.push(name);
      const exited = new Promise<void>(() => {});
      return [name, { current: () => ({ exited, stop }), stop }] as const;
    }),
  );
  await stopParts(parts);
  expect(ended).toEqual([
    "agent",
    "web",
    "worker-ingest",
    "worker-pipeline",
    "archive",
    "witness",
    "redis",
    "postgres",
  ]);
});
