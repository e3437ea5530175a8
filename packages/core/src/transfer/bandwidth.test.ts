import fc from "fast-check";
import { expect, test } from "vitest";
import { bandwidthAt, bandwidthSchema, takeBandwidth } from "./bandwidth.ts";

const office = bandwidthSchema.parse({
  bytesPerSecond: null,
  windows: [
    { from: "08:00", to: "18:00", bytesPerSecond: 100_000 },
    { from: "22:00", to: "02:00", bytesPerSecond: 5_000 },
  ],
  timeZone: "Europe/Berlin",
});

test.for([
  // Berlin is UTC+1 in winter and UTC+2 in summer.
  ["2026-01-15T06:59:59Z", null],
  ["2026-01-15T07:00:00Z", 100_000],
  ["2026-01-15T16:59:00Z", 100_000],
  ["2026-01-15T17:00:00Z", null],
  ["2026-07-15T06:00:00Z", 100_000],
  ["2026-01-15T21:30:00Z", 5_000],
  ["2026-01-15T00:30:00Z", 5_000],
  ["2026-01-15T01:00:00Z", null],
] as const)("at %s the limit is %s", ([iso, limit]) => {
  expect(bandwidthAt(office, Date.parse(iso))).toBe(limit);
});

test("a window whose ends are the same is the whole day", () => {
  const day = bandwidthSchema.parse({ windows: [{ from: "00:00", to: "00:00", bytesPerSecond: 2_000 }] });
  for (const hour of [0, 11, 23]) expect(bandwidthAt(day, hour * 3_600_000)).toBe(2_000);
});

test.for([
  { timeZone: "Mars/Olympus" },
  { windows: [{ from: "8", to: "9:00", bytesPerSecond: 1e6 }] },
  { bytesPerSecond: 3 },
])("%j is refused as a limit", (bad) => {
  expect(bandwidthSchema.safeParse(bad).success).toBe(false);
});

test("over any stretch no more than rate × time + burst + one piece leaves, and no less than the rate allows", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 32_768 }), { minLength: 1, maxLength: 300 }), (pieces) => {
      const rate = 100_000;
      let [use, nowMs, sent] = [{ usedUntilMs: Number.NEGATIVE_INFINITY }, 1_000, 0];
      for (const bytes of pieces) {
        const taken = takeBandwidth(use, bytes, rate, nowMs);
        use = taken.use;
        nowMs += taken.waitMs;
        sent += bytes;
      }
      const elapsedMs = nowMs - 1_000;
      expect(sent).toBeLessThanOrEqual((rate * (elapsedMs + 500)) / 1_000 + 32_768 + 1);
      expect(elapsedMs).toBeLessThanOrEqual((sent / rate) * 1_000);
    }),
  );
});
