import { expect, test } from "vitest";
import { soonAndAfter } from "./soon-and-after.ts";

test("runs at once, at most once per span while it is asked for, and once more after the last asking", () => {
  let runs = 0;
  const due: (() => void)[] = [];
  const ask = soonAndAfter(
    500,
    () => runs++,
    (run) => due.push(run),
  );
  const spanEnds = () => due.shift()?.();
  ask();
  expect(runs).toBe(1);
  ask();
  ask();
  expect(runs).toBe(1);
  spanEnds();
  expect(runs).toBe(2);
  expect(due).toHaveLength(1);
  spanEnds();
  expect(runs).toBe(3);
  expect(due).toHaveLength(0);
  ask();
  expect(runs).toBe(4);
});
