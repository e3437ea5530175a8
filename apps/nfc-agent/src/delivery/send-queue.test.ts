import fc from "fast-check";
import { expect, it } from "vitest";
import { SendQueue } from "./send-queue.ts";

it("hands numbers out lowest first and once, however they came", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.array(fc.nat(50)), fc.nat(20))), (steps) => {
      const queue = new SendQueue();
      let model = new Set<number>();
      for (const step of steps) {
        if (typeof step === "number") {
          const rising = [...model].sort((a, b) => a - b);
          const taken = queue.takeWhile((seq) => seq < step);
          expect(taken).toEqual(rising.filter((seq) => seq < step));
          model = new Set(rising.slice(taken.length));
        } else {
          queue.add(step);
          for (const seq of step) model.add(seq);
        }
        expect(queue.size).toBe(model.size);
      }
    }),
  );
});

it("takes many that come one by one, and gives its memory back", () => {
  const queue = new SendQueue();
  for (let seq = 1; seq <= 100_000; seq++) queue.add([seq]);
  expect(queue.takeWhile((seq) => seq < 99_999)).toHaveLength(99_998);
  queue.add([5]);
  expect(queue.takeWhile(() => true)).toEqual([5, 99_999, 100_000]);
});
