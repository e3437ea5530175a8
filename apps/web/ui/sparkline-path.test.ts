import { expect, test } from "vitest";
import { sparklinePath } from "./sparkline-path.ts";

const box = { width: 100, height: 20 };

test("zero lies on the floor and the highest value on the ceiling", () => {
  expect(sparklinePath([0, 5, 10], box)).toEqual({ path: "M0 20L50 10L100 0", end: { x: 100, y: 0 } });
});

test("a hole parts the line; nothing is drawn across it", () => {
  expect(sparklinePath([1, 1, null, 1, 1], box).path).toBe("M0 0L25 0M75 0L100 0");
});

test("a lone value is a dash, not nothing", () => {
  expect(sparklinePath([null, 4, null], box).path).toBe("M50 0h0.5");
});

test("all zero is a line on the floor", () => {
  expect(sparklinePath([0, 0], box).path).toBe("M0 20L100 20");
});

test("without a last value there is no end to mark", () => {
  expect(sparklinePath([3, null], box).end).toBeNull();
  expect(sparklinePath([], box)).toEqual({ path: "", end: null });
});
