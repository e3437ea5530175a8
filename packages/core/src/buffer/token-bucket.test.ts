import { expect, test } from "vitest";
import { TokenBucket } from "./index.ts";

test("lets a burst through, then says when to come back", () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect(bucket.take(5, 0)).toBe(0);
  expect(bucket.take(1, 0)).toBe(100);
  expect(bucket.take(1, 100)).toBe(0);
});

test("never holds more than its burst, however long it rests", () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect(bucket.take(5, 3_600_000)).toBe(0);
  expect(bucket.take(1, 3_600_000)).toBe(100);
});

test("a clock that jumps back costs nothing and gives nothing", () => {
  const bucket = new TokenBucket(10, 5, 10_000);
  expect(bucket.take(5, 10_000)).toBe(0);
  expect(bucket.take(1, 0)).toBe(100);
});
