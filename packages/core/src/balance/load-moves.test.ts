import { expect, test } from "vitest";
import { type LoadMoves, newLoadMoves, noteMove } from "./load-moves.ts";

const leadMs = 30_000;

/** The usual move once each of these loads was looked at, so long apart. */
function after(loads: readonly number[], everyMs = leadMs): LoadMoves {
  return loads.reduce(
    (moves, erlangs, index) => noteMove(moves, erlangs, index * everyMs, leadMs),
    newLoadMoves,
  );
}

const swinging = (share: number, looks: number): number[] =>
  Array.from({ length: looks }, (_, look) => (look % 2 === 0 ? 10 : 10 * (1 + share)));

test("load that stands still needs less and less room, and load that swings as much as it swings by", () => {
  expect(after(swinging(0, 400)).usual).toBeLessThan(0.001);
  expect(after(swinging(0.2, 400)).usual).toBeGreaterThan(0.16);
  expect(after(swinging(0.2, 400)).usual).toBeLessThan(0.21);
});

test("a burst now and then is not taken for what usually happens", () => {
  const calm = swinging(0.05, 400);
  const bursting = calm.map((load, look) => (look % 100 === 50 ? load * 4 : load));
  expect(after(bursting).usual).toBeLessThan(1.5 * after(calm).usual);
});

test("moves are of one length: looks in between count for nothing, and neither does one after a long silence", () => {
  const everySecond = Array.from({ length: 600 }, (_, second) => (second % 2 === 0 ? 10 : 20));
  expect(after(everySecond, 1_000).usual).toBeLessThan(newLoadMoves.usual);
  const before = after([10, 10]);
  const silent = noteMove(before, 40, leadMs + 3 * leadMs, leadMs);
  expect(silent).toEqual({ last: { atMs: 4 * leadMs, erlangs: 40 }, usual: before.usual });
});

test("from nothing load moves by no share", () => {
  expect(after([0, 5, 0, 5, 0]).usual).toBeLessThanOrEqual(4 * newLoadMoves.usual);
  expect(Number.isFinite(after([0, 0, 5, 0, 7]).usual)).toBe(true);
});
