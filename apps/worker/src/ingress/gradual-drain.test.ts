import { expect, test, vi } from "vitest";
import { GradualDrain } from "./gradual-drain.ts";

function clocked<Result>(run: () => Result): Result {
  vi.useFakeTimers();
  try {
    return run();
  } finally {
    vi.useRealTimers();
  }
}

test("guests are asked to go one by one, none in the first third of the time and all by its end", () => {
  clocked(() => {
    const asked: number[] = [];
    const drain = new GradualDrain<{ readonly n: number }>(() => asked.push(performance.now()));
    const guests = Array.from({ length: 300 }, (_, n) => ({ n }));
    for (const guest of guests.slice(0, 250)) drain.enter(guest);
    const begunMs = performance.now();
    vi.advanceTimersByTime(10_000);
    expect(asked).toEqual([]);
    drain.begin(30_000);
    for (const guest of guests.slice(250)) drain.enter(guest);
    vi.advanceTimersByTime(30_000);
    expect(asked).toHaveLength(300);
    const inThirds = [0, 1, 2].map(
      (third) => asked.filter((at) => Math.floor((at - begunMs - 10_000) / 10_000 - 1e-9) === third).length,
    );
    expect(inThirds[0]).toBe(0);
    // Of 300 at random half go in either part, give or take five standard deviations.
    expect(Math.abs((inThirds[1] ?? 0) - 150)).toBeLessThan(45);
  });
});

test("who has gone is not asked, and who comes late goes by the same end", () => {
  clocked(() => {
    const asked: object[] = [];
    const drain = new GradualDrain<object>((guest) => asked.push(guest));
    const [gone, late] = [{}, {}];
    drain.enter(gone);
    drain.begin(3_000);
    drain.left(gone);
    vi.advanceTimersByTime(2_900);
    drain.enter(late);
    vi.advanceTimersByTime(100);
    expect(asked).toEqual([late]);
  });
});
