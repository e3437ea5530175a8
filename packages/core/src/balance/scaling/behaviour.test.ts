import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newScalingState, type ScalingBehaviour, settleScaling } from "./behaviour.ts";

const free = { stabilizationMs: 0, rates: [] };

/** What becomes of recommendations that are `everyMs` apart, from `current` replicas on. */
function follow(
  behaviour: ScalingBehaviour,
  current: number,
  everyMs: number,
  recommended: readonly number[],
): number[] {
  let [state, replicas] = [newScalingState, current];
  return recommended.map((each, index) => {
    const settled = settleScaling(behaviour, state, {
      ...{ recommended: each, current: replicas, atMs: index * everyMs },
    });
    [state, replicas] = [settled.state, settled.replicas];
    return replicas;
  });
}

describe("following a recommendation", () => {
  test("is done at once where neither window nor rate is set", () => {
    expect(follow({ up: free, down: free }, 3, 1_000, [7, 2, 40])).toEqual([7, 2, 40]);
  });

  test("takes away only what was too much for all of the window, and begins one with itself", () => {
    const down = { ...free, stabilizationMs: 3_000 };
    expect(follow({ up: free, down }, 5, 1_000, [2, 3, 2, 2, 2, 2])).toEqual([5, 5, 5, 3, 2, 2]);
  });

  test("adds only what was too little for all of the window", () => {
    const up = { ...free, stabilizationMs: 2_000 };
    expect(follow({ up, down: free }, 2, 1_000, [9, 5, 6, 7])).toEqual([2, 2, 5, 6]);
  });

  test("adds no more than the most generous rate allows in its period", () => {
    const rates = [
      { kind: "percent", value: 100, periodMs: 15_000 },
      { kind: "replicas", value: 4, periodMs: 15_000 },
    ] as const;
    const up = { ...free, rates };
    expect(follow({ up, down: free }, 2, 15_000, [50, 50, 50, 50, 50])).toEqual([6, 12, 24, 48, 50]);
    expect(follow({ up, down: free }, 2, 5_000, [50, 50, 50, 50])).toEqual([6, 6, 6, 12]);
  });

  test("takes away no faster than the rate allows: four a minute and a tenth of 80, as in the documents", () => {
    const rates = [
      { kind: "replicas", value: 4, periodMs: 60_000 },
      { kind: "percent", value: 10, periodMs: 60_000 },
    ] as const;
    const sizes = follow({ up: free, down: { ...free, rates } }, 80, 60_000, Array<number>(12).fill(10));
    // From 40 on a tenth is fewer than four.
    expect(sizes).toEqual([72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16]);
  });

  test("never goes beyond what was recommended, and never away from it", () => {
    const direction = fc.record({
      stabilizationMs: fc.integer({ min: 0, max: 20_000 }),
      rates: fc.array(
        fc.record({
          kind: fc.constantFrom("replicas" as const, "percent" as const),
          value: fc.integer({ min: 1, max: 100 }),
          periodMs: fc.integer({ min: 1_000, max: 30_000 }),
        }),
      ),
    });
    fc.assert(
      fc.property(
        fc.record({ up: direction, down: direction }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
        (behaviour, first, recommended) => {
          const sizes = [first, ...follow(behaviour, first, 1_000, recommended)];
          const [least, most] = [Math.min(first, ...recommended), Math.max(first, ...recommended)];
          for (const [index, size] of sizes.entries()) {
            expect(size).toBeGreaterThanOrEqual(least);
            expect(size).toBeLessThanOrEqual(most);
            const [wanted, before] = [recommended[index - 1], sizes[index - 1]];
            if (wanted === undefined || before === undefined) continue;
            if (wanted >= before) expect(size).toBeGreaterThanOrEqual(before);
            if (wanted <= before) expect(size).toBeLessThanOrEqual(before);
          }
        },
      ),
    );
  });
});
