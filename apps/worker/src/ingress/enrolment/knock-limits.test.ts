import { expect, test } from "vitest";
import { KnockLimits } from "./knock-limits.ts";

const at = 1_000_000;
const knocks = (limits: KnockLimits, address: string, times: number, nowEpochMs = at) =>
  Array.from({ length: times }, () => limits.take(address, nowEpochMs)).filter((waitMs) => waitMs === 0)
    .length;

test("one address is let through so often, and again after a while", () => {
  const limits = new KnockLimits();
  expect(knocks(limits, "192.0.2.1", 50)).toBe(30);
  expect(limits.take("192.0.2.1", at)).toBe(500);
  expect(knocks(limits, "192.0.2.1", 50, at + 1000)).toBe(2);
  expect(knocks(limits, "192.0.2.2", 1)).toBe(1);
});

test("a network of IPv6 counts as one address", () => {
  const limits = new KnockLimits();
  expect(knocks(limits, "2001:db8:1:2::1", 30)).toBe(30);
  expect(limits.take("2001:db8:1:2:3:4:5:6", at)).toBeGreaterThan(0);
  expect(limits.take("2001:db8:1:3::1", at)).toBe(0);
});

test("all together are bounded, too, and one who knocks too often does not use that up", () => {
  const limits = new KnockLimits();
  expect(knocks(limits, "192.0.2.1", 1000)).toBe(30);
  const addresses = Array.from({ length: 20 }, (_, i) => `198.51.100.${i}`);
  const let_in = addresses
    .map((address) => knocks(limits, address, 30))
    .reduce((sum, count) => sum + count, 0);
  expect(let_in).toBe(170);
});

test("ten thousand addresses and more are not kept for ever, and the common bound holds", () => {
  const limits = new KnockLimits();
  let through = 0;
  for (let i = 0; i < 30_000; i++)
    if (limits.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, at) === 0) through++;
  expect(through).toBe(200);
});
