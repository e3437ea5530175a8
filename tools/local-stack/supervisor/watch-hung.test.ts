import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Child } from "../start-child.ts";
import { HungWatch } from "./watch-hung.ts";

/** A life that ends when it is stopped, and whether it was. */
function life(ready: Child["ready"] = { type: "ready", healthPort: 1 }) {
  const { promise: exited, resolve: die } = Promise.withResolvers<string>();
  const seen = { stops: [] as number[] };
  const stop = async (graceMs: number) => {
    seen.stops.push(graceMs);
    die("signal SIGKILL");
  };
  const child: Child = { ready, pid: 1, exited, send: () => {}, hand: () => false, stop };
  return { child, seen, die };
}

describe("by a clock of the test's own", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const secondMs = 1_000;
  const passS = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * secondMs);

  /** A process that answers after `lateMs`, if it is waited for so long, and who watches it. */
  function process(lateMs = Number.POSITIVE_INFINITY) {
    const world = { lateMs, isRefusing: false, told: [] as number[] };
    const answers = (_port: number, withinMs: number) =>
      new Promise<boolean>((resolve) => {
        if (world.isRefusing) return resolve(false);
        setTimeout(() => resolve(world.lateMs <= withinMs), Math.min(world.lateMs, withinMs));
      });
    const watch = new HungWatch({ say: (nextSilentMs) => world.told.push(nextSilentMs), answers });
    /** Watches a new life until it is ended, at most ten minutes. @returns after how many seconds it was; null: it lives */
    const livesS = async (): Promise<number | null> => {
      const { child, seen } = life();
      watch.watch(child);
      for (let second = 0; second <= 600; second++) {
        if (seen.stops.length > 0) return second;
        await passS(1);
      }
      await child.stop(0);
      return null;
    };
    return { world, watch, livesS };
  }

  test("a process that is silent twice for 10 s is ended at once", async () => {
    const { watch, world } = process();
    const { child, seen } = life();
    watch.watch(child);
    await passS(23);
    expect(seen.stops).toEqual([]);
    await passS(1);
    expect(seen.stops).toEqual([0]);
    expect(world.told).toEqual([40 * secondMs]);
  });

  test("each of those that follow is given twice as long, up to a minute twice", async () => {
    const { livesS, world } = process();
    const lives: (number | null)[] = [];
    for (let round = 0; round < 5; round++) lives.push(await livesS());
    // Two looks, 2 s before each.
    expect(lives).toEqual([24, 44, 84, 124, 124]);
    expect(world.told.map((ms) => ms / secondMs)).toEqual([40, 80, 120, 120, 120]);
  });

  test("so a process that needs 15 s for an answer is replaced once, and then lives", async () => {
    const { livesS, world } = process(15 * secondMs);
    expect([await livesS(), await livesS()]).toEqual([24, null]);
    expect(world.told).toHaveLength(1);
  });

  test("once one has answered each time for five minutes, the next silence is a lone one", async () => {
    const { livesS, watch, world } = process();
    await livesS();
    await livesS();
    for (const [wellS, endsAfterS] of [
      [280, 84],
      [310, 24],
    ] as const) {
      const { child, seen } = life();
      world.lateMs = 0;
      watch.watch(child);
      await passS(wellS);
      world.lateMs = Number.POSITIVE_INFINITY;
      await passS(endsAfterS - 3);
      expect(seen.stops).toEqual([]);
      await passS(3);
      expect(seen.stops).toEqual([0]);
    }
    expect(world.told.map((ms) => ms / secondMs)).toEqual([40, 80, 120, 40]);
  });

  test("one that refuses a connection now and then has not recovered", async () => {
    const { livesS, watch, world } = process();
    await livesS();
    const { child, seen } = life();
    world.lateMs = 0;
    watch.watch(child);
    for (let round = 0; round < 10; round++) {
      await passS(100);
      world.isRefusing = true;
      await passS(2);
      world.isRefusing = false;
    }
    // The last refusal is not the first of two.
    await passS(4);
    world.lateMs = Number.POSITIVE_INFINITY;
    await passS(40);
    expect(seen.stops).toEqual([]);
    await passS(4);
    expect(seen.stops).toEqual([0]);
  });

  test("one that misses every third answer has not recovered", async () => {
    const { livesS, watch, world } = process();
    await livesS();
    const { child, seen } = life();
    world.lateMs = 0;
    watch.watch(child);
    for (let round = 0; round < 100; round++) {
      world.lateMs = Number.POSITIVE_INFINITY;
      await passS(22);
      world.lateMs = 0;
      await passS(4);
    }
    expect(seen.stops).toEqual([]);
    world.lateMs = Number.POSITIVE_INFINITY;
    await passS(40);
    expect(seen.stops).toEqual([]);
    await passS(4);
    expect(seen.stops).toEqual([0]);
  });

  test("a life that is over is not asked any more, and one without a health port never", async () => {
    const asked: number[] = [];
    const answers = async (port: number) => {
      asked.push(port);
      return true;
    };
    const watch = new HungWatch({ say: () => expect.unreachable(), answers });
    watch.watch(life({ type: "ready" }).child);
    const { child, die } = life({ type: "ready", healthPort: 7 });
    watch.watch(child);
    await passS(5);
    expect(asked).toEqual([7, 7]);
    die("exit code 0");
    await passS(60);
    expect(asked).toEqual([7, 7]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("any answer of a health port is one; a port at which nobody listens gives none", async () => {
  const server: Server = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  let asked = 0;
  server.on("request", () => asked++);
  const { child, seen } = life({ type: "ready", healthPort: port });
  new HungWatch({ say: () => {} }).watch(child);
  await expect.poll(() => asked).toBeGreaterThan(2);
  expect(seen.stops).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  await expect.poll(() => seen.stops).toEqual([0]);
});
