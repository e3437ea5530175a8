import { expect, test } from "vitest";
import { holds, moved, readStretch, type Stretch, scaled, within, writeStretch } from "./stretch.ts";

const stepMs = 10_000;
const start = 1_764_460_800_000;
const of = (fromS: number, untilS: number): Stretch => ({
  fromEpochMs: start + fromS * 1_000,
  untilEpochMs: start + untilS * 1_000,
});
const hour = of(0, 3_600);

test("an address names a stretch, and what is none is taken for none", () => {
  expect(writeStretch(of(60, 120))).toBe("1764460860-1764460920");
  expect(readStretch("1764460860-1764460920")).toEqual(of(60, 120));
  for (const text of [null, "", "1-2", "1764460920-1764460860", "1764460860-1764460920x", "a-b"])
    expect(readStretch(text)).toBeNull();
});

test("what is wanted is shown in full steps, as far as there is something", () => {
  expect(within(of(61, 119), hour, stepMs)).toEqual(of(60, 120));
  expect(within(of(-500, 60), hour, stepMs)).toEqual(of(0, 60));
  expect(within(of(3_590, 9_000), hour, stepMs)).toEqual(of(3_560, 3_600));
  expect(within(of(100, 101), hour, stepMs)).toEqual(of(100, 140));
  expect(within(of(-10, 3_700), hour, stepMs)).toBeNull();
  expect(within(of(-900, -1), hour, stepMs)).toBeNull();
  expect(within(of(5, 15), of(0, 20), stepMs)).toBeNull();
});

test("one looks closer at the middle, farther, and to the side until there is no more", () => {
  expect(scaled(of(100, 200), 0.5)).toEqual(of(125, 175));
  expect(scaled(of(100, 200), 2)).toEqual(of(50, 250));
  expect(moved(of(100, 200), hour, 0.5)).toEqual(of(150, 250));
  expect(moved(of(20, 120), hour, -0.5)).toEqual(of(0, 100));
  expect(moved(of(3_400, 3_500), hour, 0.5)).toEqual(of(3_450, 3_550));
  expect(moved(of(3_480, 3_580), hour, 0.5)).toEqual(of(3_500, 3_600));
});

test("a step is shown where more of it lies in the stretch than beside it", () => {
  const shown = of(60, 120);
  const at = (seconds: number) => holds(shown, start + seconds * 1_000, stepMs);
  expect([50, 60, 110, 120].map(at)).toEqual([false, true, true, false]);
});
