import { expect, test } from "vitest";
import { type BannerFacts, bannerFor } from "./banner-text.ts";

const well: BannerFacts = {
  ...{
    connection: "live",
    socket: "connected",
    hasFigures: true,
    isAnswered: true,
    error: null,
    detail: null,
  },
};
const title = (given: Partial<BannerFacts>) => bannerFor({ ...well, ...given })?.title ?? null;
const redisAway = {
  error: new Error("x"),
  detail: { code: "unavailable", remedy: "see that Redis runs", facts: { part: "redis" } },
} as const;

test("nothing is said while all is well, nor on a page that has just been opened", () => {
  expect(title({})).toBeNull();
  expect(
    title({ connection: "recovering", socket: "connecting", hasFigures: false, isAnswered: false }),
  ).toBeNull();
  expect(title({ connection: "stale", hasFigures: false, isAnswered: false })).toBeNull();
  expect(title({ connection: "recovering", socket: "connecting" })).toBeNull();
});

test("the nearest known cause is named", () => {
  expect(title({ connection: "stale", ...redisAway })).toBe("Redis does not answer");
  expect(title({ connection: "recovering", hasFigures: false, socket: "lost", ...redisAway })).toBe(
    "Redis does not answer",
  );
  expect(title({ connection: "stale" })).toBe("No new figures");
  expect(title({ connection: "stale", hasFigures: false })).toBe("No figures yet");
  expect(title({ connection: "stale", socket: "lost", error: new TypeError("fetch failed") })).toBe(
    "Connection to the console's server lost",
  );
  expect(title({ connection: "stale", socket: "lost" })).toBe("Connection to the console's server lost");
});

test("a lost socket is told calmly while the figures are fresh", () => {
  expect(bannerFor({ ...well, connection: "recovering", socket: "lost" })).toMatchObject({ tone: "info" });
});

test("signed out stands above all else", () => {
  expect(title({ connection: "signed-out", ...redisAway })).toBe("You are signed out");
});
