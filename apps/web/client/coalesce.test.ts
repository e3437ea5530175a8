import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

function frames() {
  const due: (() => void)[] = [];
  return {
    schedule: (run: () => void) => void due.push(run),
    next: () => {
      for (const run of due.splice(0)) run();
    },
  };
}

test("what arrives within one frame is written once, and it is what all of it makes", () => {
  const written: number[] = [];
  const { schedule, next } = frames();
  const push = coalesce<number>({ merge: Math.max, write: (n) => written.push(n), schedule });
  for (const n of [1, 3, 2]) push(n);
  expect(written).toEqual([]);
  next();
  expect(written).toEqual([3]);
  push(4);
  next();
  next();
  expect(written).toEqual([3, 4]);
});
