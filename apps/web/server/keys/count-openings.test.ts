import type { ArchiveShare } from "@tapline/core/encryption";
import { expect, test } from "vitest";
import { CountOpenings } from "./count-openings.ts";

const share = (segments: number): ArchiveShare => ({
  ...{ segments, taps: segments, firstAtEpochMs: 0, lastAtEpochMs: 0 },
});

test("what keys open is counted when the ring is another one, else by how long counting takes", async () => {
  let [nowEpochMs, tookMs, counted] = [0, 0, 0];
  const map = {
    total: async () => share(8),
    shares: async () => {
      counted += 1;
      nowEpochMs += tookMs;
      return [];
    },
    lostWith: async () => share(0),
  };
  const openings = new CountOpenings(map, () => nowEpochMs);
  expect(await openings.of([], "one")).toMatchObject({ atEpochMs: 0, total: { segments: 8 } });
  nowEpochMs += 29_000;
  await openings.of([], "one");
  expect(counted).toBe(1);
  tookMs = 10_000;
  await openings.of([], "two");
  expect(counted).toBe(2);
  nowEpochMs += 189_000;
  await openings.of([], "two");
  expect(counted).toBe(2);
  nowEpochMs += 1_000;
  await openings.of([], "two");
  expect(counted).toBe(3);
});
