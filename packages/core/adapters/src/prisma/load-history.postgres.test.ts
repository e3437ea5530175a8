import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, LoadHistory, type PrismaClient } from "./index.ts";
import { KpiSpans } from "./kpi/index.ts";

const [minuteMs, stepMs] = [60_000, 300_000];
const begin = Date.UTC(2026, 10, 29, 12);

let prisma: PrismaClient;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

test("load is told by steps, over the minutes that were kept; steps without one are left out", async () => {
  const minute = (scope: { site?: string }, at: number, taps: number | null) => ({
    ...{ scope, startEpochMs: begin + at * minuteMs, resolutionMs: minuteMs, times: {}, levels: {} },
    counts: taps === null ? {} : { "tap.ingested": taps },
  });
  await new KpiSpans(prisma).keepMinutes(
    [
      ...[minute({}, 0, 600), minute({}, 1, 1_200), minute({}, 2, null)],
      ...[minute({ site: "north" }, 0, 9_999), minute({}, 11, 60), minute({}, 15, 6_000)],
    ],
    null,
    "1-0",
  );
  expect(await new LoadHistory(prisma).steps(begin, begin + 3 * stepMs, stepMs)).toEqual([
    { startEpochMs: begin, perSecond: 10 },
    { startEpochMs: begin + 2 * stepMs, perSecond: 1 },
  ]);
});
