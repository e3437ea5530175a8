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
  const kept = await keepRunning("worker", start, { say: (line) => said.push(line) });
  lives[0]!.die();
  await expect.poll(() => started, { timeout: 3_000 }).toBe(2);
  expect(said[0]).toBe("worker ended (exit code 7); starting it again at once");
  expect(kept.current()).toBe(lives[1]!.running);
  expect(kept.standing()).toMatchObject({ state: "ready", restarts: 1 });
  await kept.stop(10);
});

it("waits before it starts a part again that dies again and again", async () => {
  const lives = [part(), part(), part()];
  const said: string[] = [];
  let started = 0;
  const start = async () => lives[started++]!.running;
  const kept = await keepRunning("worker", start, { say: (line) => said.push(line) });
  lives[0]!.die();
  await expect.poll(() => kept.standing().restarts, { timeout: 10_000 }).toBe(1);
  lives[1]!.die();
  await expect.poll(() => kept.standing().restarts, { timeout: 10_000 }).toBe(2);
  expect(said.filter((line) => line.includes("starting"))).toEqual([
    "worker ended (exit code 7); starting it again at once",
    "worker ended (exit code 7); starting it again in 0.5 s",
  ]);
  await kept.stop(10);
});

it("tries again where a start fails, and says each time why", async () => {
  const lives = [part(), part()];
  const said: string[] = [];
  let tries = 0;
  const start = async () => {
    tries++;
    if (tries === 2) throw new Error("no port");
    return (tries === 1 ? lives[0] : lives[1])!.running;
  };
  const kept = await keepRunning("worker", start, { say: (line) => said.push(line) });
  lives[0]!.die();
  await expect.poll(() => kept.standing().restarts, { timeout: 10_000 }).toBe(1);
  expect(said).toEqual([
    "worker ended (exit code 7); starting it again at once",
    "worker did not start (no port); next try in 0.5 s",
    "worker runs again",
  ]);
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
    { say: () => {} },
  );
  await kept.stop(10);
  await sleep(700);
  expect(only.isStopped()).toBe(true);
  expect(started).toBe(1);
});

it("tells a first start that fails", async () => {
  const failing = () => Promise.reject(new Error("no"));
  await expect(keepRunning("worker", failing, { say: () => {} })).rejects.toThrow("no");
});

it("ends who sends before who receives", async () => {
  const ended: string[] = [];
  const names: PartName[] = ["postgres", "redis", "archive", "witness", "workers", "web", "agent"];
  const parts = new Map(
    names.map((name) => {
      const stop = async () => void ended.push(name);
      return [name, { stop }] as const;
    }),
  );
  await stopParts(parts);
  expect(ended).toEqual(["agent", "web", "workers", "archive", "witness", "redis", "postgres"]);
});
