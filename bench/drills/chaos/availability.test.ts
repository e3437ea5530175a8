import { describe, expect, it } from "vitest";
import { type Attempt, availability, percent } from "./availability.ts";

const attempt = (beganMs: number, endedMs: number, isTaken = true): Attempt => ({
  beganMs,
  endedMs,
  isTaken,
});

describe("availability", () => {
  it("counts a second in which somebody's taps were taken as served, though others' were not", () => {
    const found = availability(
      [attempt(0, 100), attempt(500, 900, false), attempt(1_000, 1_400, false), attempt(1_100, 1_500)],
      [100, 200],
    );
    expect(found).toMatchObject({
      attempts: 4,
      failedAttempts: 2,
      availabilityPercent: 50,
      secondsWithoutDelivery: 0,
    });
  });

  it("takes waiting for an outage, too, though no sending failed", () => {
    const found = availability([attempt(0, 100), attempt(200, 4_700), attempt(4_800, 5_000)], [100, 4_500]);
    expect(found).toMatchObject({
      failedAttempts: 0,
      secondsWithoutDelivery: 3,
      longestOutageMs: 4_600,
    });
  });

  it("ends with an outage where nothing was taken any more", () => {
    const found = availability([attempt(0, 100), attempt(200, 3_000, false)], [100]);
    expect(found).toMatchObject({ secondsWithoutDelivery: 2, longestOutageMs: 2_900 });
  });
});

it("never rounds what is lacking away", () => {
  expect(percent(99_999_999, 100_000_000)).toBe(99.999);
  expect(percent(7, 7)).toBe(100);
});
