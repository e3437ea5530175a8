import assert from "node:assert";
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sharedRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis } from "../redis/index.ts";
import { retryDelayMs, SegmentQueues } from "./index.ts";

let redis: Redis;
let prefix: string;
let queues: SegmentQueues[];

beforeEach(() => {
  const shared = sharedRedis();
  prefix = shared.prefix;
  redis = connectRedis(shared.url, () => undefined);
  queues = [];
});
afterEach(async () => {
  await Promise.all(queues.map((each) => each.close(100)));
  redis.disconnect();
});

function open(connection = redis): SegmentQueues {
  const made = new SegmentQueues(connection, prefix);
  queues.push(made);
  return made;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unwatched = { concurrency: 4, onFailedAttempt: () => undefined, onTakenOver: () => undefined };

async function until(what: string, isSo: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await pause(10);
  }
}

describe("the queues of the segment path", () => {
  test("hold one job per segment and stage, however often it is asked for", async () => {
    const [asking, working] = [open(), open()];
    const segment = randomUUID();
    for (let i = 0; i < 5; i++) await asking.add("validation", segment);
    await asking.add("transfer", segment);
    const done: string[] = [];
    working.work("validation", async (id) => void done.push(`validation ${id}`), unwatched);
    working.work("transfer", async (id) => void done.push(`transfer ${id}`), unwatched);
    await until("both stages", () => done.length >= 2);
    await pause(200);
    expect(done.toSorted()).toEqual([`transfer ${segment}`, `validation ${segment}`]);
  });

  test("tell of an attempt that was too slow for its lock apart from failed ones: nothing is wrong with the segment", async () => {
    const both = open();
    const segment = randomUUID();
    const [faults, taken]: [unknown[], number[]] = [[], []];
    let isLate = true;
    let runs = 0;
    both.work(
      "validation",
      async () => {
        if (++runs > 1) return;
        // As where the process stood still for longer than the lock holds.
        await redis.del(`${prefix}:validation:${segment}:lock`);
        for (const end = Date.now() + 60_000; isLate && Date.now() < end; ) await pause(20);
      },
      {
        concurrency: 1,
        onFailedAttempt: (...fault) => void faults.push(fault),
        onTakenOver: (attempts) => void taken.push(attempts),
      },
    );
    await both.add("validation", segment);
    await until("the lock cannot be renewed", () => taken.length === 1, 30_000);
    isLate = false;
    // First as done, and then as failed by that.
    await until("its end is refused, too", () => taken.length === 3, 30_000);
    expect([taken, faults]).toEqual([[1, 1, 1], []]);
    await until("another attempt has done it", () => runs > 1, 30_000);
  }, 120_000);

  test("take a segment again that has been through before, and leave nothing behind", async () => {
    const both = open();
    const segment = randomUUID();
    let runs = 0;
    both.work("encryption", async () => void runs++, unwatched);
    await both.add("encryption", segment);
    await until("the first run", () => runs === 1);
    await pause(100);
    expect(await redis.exists(`${prefix}:encryption:${segment}`)).toBe(0);
    await both.add("encryption", segment);
    await until("the second run", () => runs === 2);
  });

  test("take up at once, where asked again, what failed by a clock that was ahead and would wait for a day", async () => {
    const both = open();
    const segment = randomUUID();
    let runs = 0;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * 3_600_000 });
    try {
      both.work("transfer", async () => void (++runs === 1 && assert.fail("away")), unwatched);
      await both.add("transfer", segment);
      await until("the first attempt", () => runs === 1);
      await pause(200);
    } finally {
      vi.useRealTimers();
    }
    await pause(1_000);
    await both.add("transfer", segment);
    await pause(1_000);
    expect(runs).toBe(1);
    await Promise.all([both.askAgain("transfer", segment), both.askAgain("transfer", segment)]);
    await until("the second attempt", () => runs === 2);
  });

  test("asked again leave alone what only waits for its next attempt", async () => {
    const both = open();
    const segment = randomUUID();
    const startedAt: number[] = [];
    both.work(
      "transfer",
      async () => {
        startedAt.push(Date.now());
        if (startedAt.length < 3) throw new Error("not yet");
      },
      unwatched,
    );
    await both.add("transfer", segment);
    await until("the second attempt", () => startedAt.length === 2);
    await both.askAgain("transfer", segment);
    await until("the third", () => startedAt.length === 3);
    expect((startedAt[2] ?? 0) - (startedAt[1] ?? 0)).toBeGreaterThanOrEqual(retryDelayMs(2) - 5);
  });

  test("repeat a failing attempt until it succeeds, and tell of each failure", async () => {
    const both = open();
    const segment = randomUUID();
    const failures: string[] = [];
    const startedAt: number[] = [];
    both.work(
      "transfer",
      async () => {
        startedAt.push(Date.now());
        if (startedAt.length < 4) throw new Error(`fault ${startedAt.length}`);
      },
      {
        ...unwatched,
        concurrency: 1,
        onFailedAttempt: (id, attempt, error) => failures.push(`${id} ${attempt} ${error.message}`),
      },
    );
    await both.add("transfer", segment);
    await until("the fourth attempt", () => startedAt.length === 4);
    expect(failures).toEqual([1, 2, 3].map((n) => `${segment} ${n} fault ${n}`));
    const pauses = startedAt.slice(1).map((at, i) => at - (startedAt[i] ?? 0));
    for (const [i, ms] of pauses.entries()) expect(ms).toBeGreaterThanOrEqual(retryDelayMs(i + 1) - 20);
  });

  test("hand an attempt whose process died on to another process", async () => {
    const dying = connectRedis(sharedRedis().url, () => undefined);
    const dead = open(dying);
    const segment = randomUUID();
    let begun = false;
    dead.work(
      "validation",
      async () => {
        begun = true;
        await new Promise(() => undefined);
      },
      { ...unwatched, concurrency: 1 },
    );
    await dead.add("validation", segment);
    await until("the first attempt", () => begun);
    // What a kill leaves behind: a job in the hands of nobody.
    await dead.close(0);
    dying.disconnect();
    const taken: string[] = [];
    open().work("validation", async (id) => void taken.push(id), unwatched);
    await until("the attempt is taken over", () => taken.length > 0, 25_000);
    expect(taken).toEqual([segment]);
  }, 40_000);

  test("close in bounded time, whatever an attempt does", async () => {
    const both = open();
    let begun = false;
    both.work(
      "encryption",
      async () => {
        begun = true;
        await new Promise(() => undefined);
      },
      unwatched,
    );
    await both.add("encryption", randomUUID());
    await until("the attempt", () => begun);
    const before = Date.now();
    await both.close(300);
    expect(Date.now() - before).toBeGreaterThanOrEqual(290);
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  test("let a running attempt end while closing", async () => {
    const both = open();
    let state = "";
    both.work(
      "encryption",
      async () => {
        state = "begun";
        await pause(200);
        state = "ended";
      },
      unwatched,
    );
    await both.add("encryption", randomUUID());
    await until("the attempt", () => state === "begun");
    await both.close(3_000);
    expect(state).toBe("ended");
  });
});

test("pauses between attempts grow to 15 s and never end", () => {
  const pauses = Array.from({ length: 60 }, (_, i) => retryDelayMs(i + 1));
  expect(pauses.slice(0, 4)).toEqual([200, 400, 800, 1_600]);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(retryDelayMs(1_000_000)).toBe(15_000);
});
