import fc from "fast-check";
import { expect, test } from "vitest";
import { type Due, DueQueue } from "./due-queue.ts";

const never = Number.POSITIVE_INFINITY;

test("whoever waits comes up once, at the earliest moment asked for, the first one first", () => {
  const wish = fc.record({ who: fc.nat(9), atMs: fc.nat(100), drop: fc.boolean() });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 300 }), (wishes) => {
      const queue = new DueQueue<Due>();
      const all: Due[] = Array.from({ length: 10 }, () => ({ wakeMs: never }));
      const expected = new Map<Due, number>();
      for (const { who, atMs, drop } of wishes) {
        const item = all[who] as Due;
        if (drop) {
          queue.drop(item);
          expected.delete(item);
        } else {
          queue.wake(item, atMs);
          expected.set(item, Math.min(atMs, expected.get(item) ?? never));
        }
        expect(queue.firstMs).toBe(Math.min(never, ...expected.values()));
      }
      const came: number[] = [];
      for (let nowMs = 0; nowMs <= 100; nowMs++)
        for (let item = queue.take(nowMs); item !== null; item = queue.take(nowMs)) {
          expect(expected.get(item)).toBe(nowMs);
          expect(item.wakeMs).toBe(never);
          came.push(nowMs);
        }
      expect(came).toEqual([...expected.values()].toSorted((a, b) => a - b));
      expect(queue.firstMs).toBe(never);
    }),
  );
});
