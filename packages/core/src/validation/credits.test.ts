import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reservedForResultsBytes } from "../buffer/index.ts";
import {
  burstTaps,
  type CreditAsk,
  freeTaps,
  grantCredits,
  refill,
  reservedTaps,
  usualTapBytes,
} from "./index.ts";

const limits = { tapsPerSecond: 1_000, windowTaps: 8_000, maxBytes: 256 * 1024 * 1024 };
const some = (taps: number, tokens = 1e9) => ({ kind: "some" as const, taps, tokens, quotaSpentMs: 0 });
const all = (taps: number, tokens = 1e9) => ({ kind: "all" as const, taps, tokens, quotaSpentMs: 0 });
const taps = (grants: readonly { taps: number }[]): number[] => grants.map((grant) => grant.taps);

describe("an agent's bucket", () => {
  test("is full at first, and never holds more than two seconds' worth, however long it rests", () => {
    expect(refill(null, limits, 5)).toBe(2_000);
    expect(refill({ tokens: 0, atEpochMs: 0 }, limits, 3_600_000)).toBe(2_000);
  });

  test("fills as time goes by; a clock that jumps back costs nothing and gives nothing", () => {
    expect(refill({ tokens: 10, atEpochMs: 1_000 }, limits, 1_500)).toBe(510);
    expect(refill({ tokens: 10, atEpochMs: 1_000 }, limits, 0)).toBe(10);
  });

  test("can always hold a full request, so that a slow agent may send one in the end", () => {
    expect(burstTaps({ ...limits, tapsPerSecond: 1 })).toBe(500);
  });
});

describe("what is free", () => {
  const nothing = { heldTaps: 0, bufferedTaps: 0, frameBytes: 0, resultBytes: 0, isShut: false };

  test("is the window less what is granted and what is buffered", () => {
    expect(freeTaps(limits, nothing)).toBe(8_000);
    expect(freeTaps(limits, { ...nothing, heldTaps: 500, bufferedTaps: 1_000 })).toBe(6_500);
    expect(freeTaps(limits, { ...nothing, heldTaps: 5_000, bufferedTaps: 5_000 })).toBe(0);
  });

  test("is no more than fits below the ceiling, by the size of the taps that are there", () => {
    const narrow = { ...limits, maxBytes: reservedForResultsBytes + 1_000 * usualTapBytes };
    expect(freeTaps(narrow, nothing)).toBe(1_000);
    expect(freeTaps(narrow, { ...nothing, heldTaps: 300 })).toBe(700);
    const large = { ...nothing, bufferedTaps: 10, frameBytes: 100 * usualTapBytes };
    expect(freeTaps(narrow, large)).toBe(90);
    const small = { ...nothing, bufferedTaps: 100, frameBytes: 10 * usualTapBytes };
    expect(freeTaps(narrow, small)).toBe(990);
    expect(freeTaps(narrow, { ...nothing, resultBytes: narrow.maxBytes })).toBe(0);
  });

  test("is nothing while the server's memory is short", () => {
    expect(freeTaps(limits, { ...nothing, isShut: true })).toBe(0);
  });
});

describe("granting", () => {
  test("gives what is asked for where there is enough of it", () => {
    expect(grantCredits(limits, 8_000, [some(100), all(500)])).toEqual([
      { taps: 100, waitMs: 0, quotaSpent: false },
      { taps: 500, waitMs: 0, quotaSpent: false },
    ]);
  });

  test("says how long an empty bucket has to fill, and not to wait for a bucket where the window is full", () => {
    expect(grantCredits(limits, 8_000, [some(100, 0), all(500, 250)])).toEqual([
      { taps: 0, waitMs: 1, quotaSpent: false },
      { taps: 0, waitMs: 250, quotaSpent: false },
    ]);
    expect(grantCredits(limits, 0, [some(100), all(500)])).toMatchObject(
      Array(2).fill({ taps: 0, waitMs: 0 }),
    );
  });

  test("divides what is free into equal shares, and hands on what somebody does not need", () => {
    expect(taps(grantCredits(limits, 800, [some(1_000), some(1_000), some(1_000)]))).toEqual([100, 100, 100]);
    expect(taps(grantCredits(limits, 800, [some(20), some(1_000), some(1_000)]))).toEqual([20, 140, 140]);
  });

  test("serves those who wait longest where there is less than one tap for each", () => {
    expect(taps(grantCredits(limits, 502, [some(9), some(9), some(9), some(9)]))).toEqual([1, 1, 0, 0]);
  });

  test("keeps a full request's taps free of streams, so that requests get in beside them", () => {
    const grants = grantCredits(limits, 8_000, [...Array.from({ length: 50 }, () => some(1_000)), all(500)]);
    expect(grants.at(-1)).toMatchObject({ taps: 500, waitMs: 0 });
  });

  test("asks the bucket alone where no taps come in", () => {
    expect(taps(grantCredits(limits, 0, [{ kind: "rate", taps: 25, tokens: 25, quotaSpentMs: 0 }]))).toEqual([
      25,
    ]);
  });

  test("gives nothing to an agent whose quota is spent, for as long as it is, and its share to the others", () => {
    const spent = { ...some(1_000), quotaSpentMs: 9_000 };
    const asks = [
      spent,
      some(1_000),
      { ...all(5), quotaSpentMs: 9_000 },
      { ...spent, kind: "rate" as const },
    ];
    expect(grantCredits(limits, 800, asks)).toEqual([
      { taps: 0, waitMs: 9_000, quotaSpent: true },
      { taps: 300, waitMs: 0, quotaSpent: false },
      { taps: 0, waitMs: 9_000, quotaSpent: true },
      { taps: 1_000, waitMs: 0, quotaSpent: false },
    ]);
  });

  test("never grants beyond window, bucket or wish, and leaves nobody out while there is enough for all", () => {
    const asks = fc.array(
      fc.record({
        kind: fc.constantFrom<CreditAsk["kind"]>("some", "all", "rate"),
        taps: fc.integer({ min: 1, max: 1_000 }),
        tokens: fc.double({ min: 0, max: 2_000, noNaN: true }),
        quotaSpentMs: fc.constant(0),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(asks, fc.integer({ min: 0, max: 8_000 }), (wanted, room) => {
        const grants = grantCredits(limits, room, wanted);
        let free = room;
        for (const [i, ask] of wanted.entries()) {
          const granted = grants[i]?.taps ?? -1;
          expect(granted).toBeGreaterThanOrEqual(0);
          expect(granted).toBeLessThanOrEqual(Math.min(ask.taps, ask.tokens));
          if (ask.kind !== "some") expect([0, ask.taps]).toContain(granted);
          else if (free - reservedTaps(limits) >= wanted.length && ask.tokens >= 1)
            expect(granted).toBeGreaterThan(0);
          if (ask.kind !== "rate") free -= granted;
        }
        expect(free).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
