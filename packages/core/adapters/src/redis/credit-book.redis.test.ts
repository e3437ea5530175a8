import { reservedForResultsBytes } from "@tapline/core/buffer";
import {
  type CreditAsk,
  type CreditLimits,
  freeTaps,
  grantCredits,
  usualTapBytes,
} from "@tapline/core/validation";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import {
  CreditBook,
  connectRedis,
  creditKeys,
  creditLeaseMs,
  partitionKeys,
  SegmentBuffer,
} from "./index.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
beforeEach(async () => {
  await redis.flushall();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const limits: CreditLimits = {
  tapsPerSecond: 1_000,
  windowTaps: 2_000,
  maxBytes: reservedForResultsBytes + 1_500 * usualTapBytes,
};
const some = (agent: string, taps: number) => ({ agent, kind: "some" as const, taps });
const buffered = (taps: number) => redis.hset(partitionKeys(0).counts, "buffered", taps);
/** What is granted once nobody waits any longer. */
const granted = async (book: CreditBook, held: number, ...asks: (CreditAsk & { agent: string })[]) =>
  (await book.ask(held, asks)).grants.map(({ taps }) => taps);

test("grants in Redis what the arithmetic grants", async () => {
  const asks = fc.array(
    fc.record({
      kind: fc.constantFrom<CreditAsk["kind"]>("some", "all", "rate"),
      taps: fc.integer({ min: 1, max: 1_000 }),
      tokens: fc.integer({ min: 0, max: 2_000 }),
      // Below the quota at any hour of the day, or beyond what comes free in all of it.
      refused: fc.constantFrom(0, 0, 0, 99, 300, 301),
    }),
    { maxLength: 12 },
  );
  const later = Date.now() + 3_600_000;
  const minuteMs = 60_000;
  await fc.assert(
    fc.asyncProperty(
      asks,
      fc.integer({ min: 0, max: 1_500 }),
      fc.record({
        bufferedTaps: fc.integer({ min: 0, max: 900 }),
        frameBytes: fc.integer({ min: 0, max: 1_500 * usualTapBytes }),
        resultBytes: fc.integer({ min: 0, max: reservedForResultsBytes + 500 * usualTapBytes }),
        isShut: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
      async (wanted, held, there) => {
        await redis.flushall();
        const { bufferedTaps, frameBytes, resultBytes, isShut } = there;
        await redis.hset(partitionKeys(0).counts, {
          buffered: bufferedTaps,
          frames: frameBytes,
          results: resultBytes,
        });
        if (isShut) await redis.set(creditKeys.shut, "");
        const book = new CreditBook(redis, limits, "door", { refusedPerDay: 100 });
        for (const [i, { refused }] of wanted.entries())
          if (refused > 0) await redis.set(creditKeys.refused(`a${i}`), refused, "PX", minuteMs);
        // A bucket from the future does not fill.
        for (const [i, { tokens }] of wanted.entries())
          await redis.hset(creditKeys.bucket(`a${i}`), { tokens, at: later });
        const named = wanted.map((ask, i) => ({ ...ask, agent: `a${i}` }));
        const { grants } = await book.ask(held, named);
        const asked = wanted.map((ask) => ({ ...ask, quotaSpentMs: ask.refused >= 300 ? minuteMs : 0 }));
        const free = freeTaps(limits, { heldTaps: held, ...there });
        // How much of the minute is left is the clock's to say.
        const rounded = grants.map((grant) => (grant.quotaSpent ? { ...grant, waitMs: minuteMs } : grant));
        expect(rounded).toEqual(grantCredits(limits, free, asked));
        for (const { quotaSpent, waitMs } of grants)
          if (quotaSpent) expect(waitMs > 0 && waitMs <= minuteMs).toBe(true);
        const kept = grants.map(({ taps }, i) => (wanted[i]?.kind === "rate" ? 0 : taps));
        const sum = kept.reduce((a, b) => a + b, 0);
        expect(Number(await redis.hget(creditKeys.held, "door"))).toBe(held + sum);
      },
    ),
    { numRuns: 120 },
  );
});

test("counts what all processes hold, and what lies in the buffer, as taken", async () => {
  const [one, two] = [new CreditBook(redis, limits, "one"), new CreditBook(redis, limits, "two")];
  await buffered(600);
  expect(await granted(one, 0, some("a", 800))).toEqual([800]);
  expect(await granted(two, 0, some("b", 800))).toEqual([100]);
  expect((await two.ask(100, [])).holders).toBe(2);
  await one.leave();
  expect(await granted(two, 100, some("c", 800))).toEqual([800]);
});

test("takes back what a process held that gives no sign of life", async () => {
  const [dead, alive] = [new CreditBook(redis, limits, "dead"), new CreditBook(redis, limits, "alive")];
  await granted(dead, 0, some("a", 1_500));
  expect(await granted(alive, 0, some("b", 500))).toEqual([0]);
  const end = Number(await redis.zscore(creditKeys.leases, "dead"));
  expect(end).toBeGreaterThan(Date.now());
  expect(end).toBeLessThanOrEqual(Date.now() + creditLeaseMs + 1_000);
  await redis.zadd(creditKeys.leases, 1, "dead");
  expect(await granted(alive, 0, some("b", 500))).toEqual([500]);
});

test("a tap that reaches the buffer stops counting as granted in the same step", async () => {
  const buffer = new SegmentBuffer(redis);
  await buffer.openGeneration("life-1");
  const book = new CreditBook(redis, limits, "door");
  await granted(book, 0, some("a", 300));
  await buffer.append(Buffer.from([1]), 200, "door");
  expect(await redis.hget(creditKeys.held, "door")).toBe("100");
  await buffer.append(Buffer.from([1]), 200, "door");
  expect(await redis.hget(creditKeys.held, "door")).toBe("0");
  await buffer.append(Buffer.from([1]), 5, "a process whose lease ran out");
  expect(await redis.hgetall(creditKeys.held)).toEqual({ door: "0" });
  expect(await redis.hget(partitionKeys(0).counts, "buffered")).toBe("405");
});

test("an agent's bucket is one, whatever process it speaks to, and is forgotten once it is full again", async () => {
  const slow = { ...limits, tapsPerSecond: 10 };
  const [one, two] = [new CreditBook(redis, slow, "one"), new CreditBook(redis, slow, "two")];
  expect(await granted(one, 0, some("a", 450))).toEqual([450]);
  const { grants } = await two.ask(0, [{ agent: "a", kind: "all", taps: 100 }]);
  expect(grants[0]?.taps).toBe(0);
  expect(grants[0]?.waitMs).toBeGreaterThan(3_000);
  expect(grants[0]?.waitMs).toBeLessThanOrEqual(5_000);
  expect(await redis.pttl(creditKeys.bucket("a"))).toBeLessThanOrEqual(50_000);
});

test("a count of refused taps that is no number counts nothing, and ends nobody's grants", async () => {
  const book = new CreditBook(redis, limits, "door", { refusedPerDay: 100 });
  await redis.set(creditKeys.refused("a"), "x");
  await redis.hset(creditKeys.refused("b"), "of", "another kind");
  await redis.set(creditKeys.refused("c"), "300");
  expect(await granted(book, 0, ...["a", "b", "c", "d"].map((agent) => some(agent, 5)))).toEqual([
    5, 5, 0, 5,
  ]);
});

test("beyond the quota an agent is let in as far as that comes free in the course of the day", async () => {
  const perDay = 43_200_000;
  const book = new CreditBook(redis, limits, "door", { refusedPerDay: perDay });
  // Twice the quota in a day: one more for each ms.
  const now = async () => {
    const [s, us] = await redis.time();
    return (Number(s) * 1_000 + Math.floor(Number(us) / 1_000)) % (2 * perDay);
  };
  await redis.set(creditKeys.refused("a"), perDay + (await now()) - 1, "PX", 3_600_000);
  await redis.set(creditKeys.refused("b"), perDay + (await now()) + 600_000, "PX", 3_600_000);
  const { grants } = await book.ask(0, [some("a", 5), some("b", 5)]);
  expect(grants[0]).toEqual({ taps: 5, waitMs: 0, quotaSpent: false });
  expect(grants[1]).toMatchObject({ taps: 0, quotaSpent: true });
  expect(Math.abs((grants[1]?.waitMs ?? 0) - 600_000)).toBeLessThan(60_000);
});
