import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serversFor, shareThatWaits, shareThatWaitsLonger } from "./staffing.ts";

describe("Erlang's C formula", () => {
  test("says what its tables say", () => {
    // One server: the share that waits is its load. Two: a² / (2 + a).
    expect(shareThatWaits(0.5, 1)).toBeCloseTo(0.5, 12);
    expect(shareThatWaits(1, 2)).toBeCloseTo(1 / 3, 12);
    expect(shareThatWaits(10, 14)).toBeCloseTo(0.1741, 4);
    expect(shareThatWaits(30, 35)).toBeCloseTo(0.2846, 3);
  });

  test("is 0 without work, and 1 where there is more than the servers can do", () => {
    expect(shareThatWaits(0, 3)).toBe(0);
    expect(shareThatWaits(3, 3)).toBe(1);
    expect(shareThatWaits(1e6, 1e6 + 3)).toBeGreaterThan(0.99);
  });

  test("tells waits longer than a time: of M/M/1 at half load e^-t/2S of the half that waits", () => {
    expect(shareThatWaitsLonger({ erlangs: 0.5, serviceMs: 100 }, 1, 200)).toBeCloseTo(
      0.5 * Math.exp(-1),
      12,
    );
  });
});

describe("the servers for a load", () => {
  const work = fc.record({
    erlangs: fc.double({ min: 0.001, max: 400, noNaN: true }),
    serviceMs: fc.double({ min: 0.1, max: 5_000, noNaN: true }),
  });
  const asked = fc.record({
    waitMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
    late: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
    mostBusy: fc.double({ min: 0.5, max: 1, noNaN: true }),
    most: fc.constant(10_000),
  });

  test("are the fewest that keep to the objective, found as by trying one after the other", () => {
    fc.assert(
      fc.property(work, asked, (load, to) => {
        let servers = 1;
        while (
          servers <= load.erlangs ||
          load.erlangs / servers > to.mostBusy + 1e-9 ||
          shareThatWaitsLonger(load, servers, to.waitMs) > to.late
        )
          servers++;
        expect(serversFor(load, to)).toBe(servers);
      }),
    );
  });

  test("grow about with the square root of the load on top of it", () => {
    const to = { waitMs: 0, late: 0.01, mostBusy: 1, most: 100_000 };
    const above = [100, 10_000].map((erlangs) => serversFor({ erlangs, serviceMs: 10 }, to) - erlangs);
    expect((above[1] ?? 0) / (above[0] ?? 1)).toBeGreaterThan(8);
    expect((above[1] ?? 0) / (above[0] ?? 1)).toBeLessThan(12);
  });

  test("are none without work, and never more than the most", () => {
    const to = { waitMs: 0, late: 0.01, mostBusy: 1, most: 5 };
    expect(serversFor({ erlangs: 0, serviceMs: 10 }, to)).toBe(0);
    expect(serversFor({ erlangs: 40, serviceMs: 10 }, to)).toBe(5);
  });
});
