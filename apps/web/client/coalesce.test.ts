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

test("what comes alone is written at once; what follows within the frame is written with the next one, as what all of it makes", () => {
  const written: number[] = [];
  const { schedule, next } = frames();
  const push = coalesce<number>({ merge: Math.max, write: (n) => written.push(n), schedule });
  for (const n of [1, 2, 4, 3]) push(n);
  expect(written).toEqual([1]);
  next();
  expect(written).toEqual([1, 4]);
  push(5);
  expect(written).toEqual([1, 4]);
  next();
  expect(written).toEqual([1, 4, 5]);
  next();
  push(6);
  expect(written).toEqual([1, 4, 5, 6]);
});
