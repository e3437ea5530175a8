import type { KpiLive } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { firstPicture } from "./first-picture.ts";

const now = Date.UTC(2026, 10, 30);
const told = (atEpochMs: number) => ({ live: async () => ({ atEpochMs }) as KpiLive });

test("a page begins with the live picture while it is fresh, and else with none", async () => {
  expect(await firstPicture(told(now - 900), () => now)).toEqual({ atEpochMs: now - 900 });
  expect(await firstPicture(told(now - 3_001), () => now)).toBeNull();
  expect(await firstPicture(told(now + 3_001), () => now)).toBeNull();
  expect(await firstPicture({ live: async () => null }, () => now)).toBeNull();
  const away = { live: () => Promise.reject(new Error("Redis does not answer")) };
  expect(await firstPicture(away, () => now)).toBeNull();
});
