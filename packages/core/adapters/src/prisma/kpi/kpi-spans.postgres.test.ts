import { type KpiScope, type KpiSpan, kpiScopeSchema, spanRetentionMs } from "@tapline/core/kpi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { KpiSpans } from "./index.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const begin = Date.UTC(2026, 10, 29, 12);
const reader: KpiScope = { site: "north", agent: "gate-1", reader: "front" };

let prisma: PrismaClient;
let spans: KpiSpans;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  spans = new KpiSpans(prisma);
});
afterAll(() => prisma.$disconnect());

const span = (scope: KpiScope, minute: number, archived: number): KpiSpan => ({
  ...{ scope, startEpochMs: begin + minute * minuteMs, resolutionMs: minuteMs },
  ...{ counts: { "tap.archived": archived }, times: {}, levels: {} },
});

test("minutes are kept with the cursor up to which they count, by one of those who try", async () => {
  expect(await spans.cursor()).toBeNull();
  expect(await spans.keepMinutes([span({}, 0, 3), span(reader, 0, 3)], null, "10-0")).toBe(true);
  expect(await spans.keepMinutes([span({}, 1, 99)], null, "11-0")).toBe(false);
  expect(await spans.keepMinutes([span({}, 1, 99)], "9-0", "11-0")).toBe(false);
  expect(await spans.keepMinutes([span({}, 1, 4), span(reader, 1, 1)], "10-0", "11-0")).toBe(true);
  expect(await spans.cursor()).toBe("11-0");
  expect(await spans.list({}, minuteMs, begin, begin + hourMs)).toEqual([span({}, 0, 3), span({}, 1, 4)]);
  expect(await spans.list(reader, minuteMs, begin, begin + minuteMs)).toEqual([span(reader, 0, 3)]);
});

test("an hour that has ended is merged once from its minutes, for each scope", async () => {
  await spans.keepHours(begin + 59 * minuteMs);
  expect(await spans.list({}, hourMs, begin, begin + dayMs)).toEqual([]);
  for (let i = 0; i < 2; i++) await spans.keepHours(begin + hourMs);
  const [whole, ...others] = await spans.list({}, hourMs, begin, begin + dayMs);
  expect(others).toEqual([]);
  expect(whole).toMatchObject({ startEpochMs: begin, resolutionMs: hourMs, counts: { "tap.archived": 7 } });
  expect(await spans.list(reader, hourMs, begin, begin + dayMs)).toMatchObject([
    { counts: { "tap.archived": 4 } },
  ]);
});

test("spans are forgotten when their time is over: minutes of readers first, hours of all last", async () => {
  const left = async (scope: KpiScope, resolutionMs: number) =>
    (await spans.list(scope, resolutionMs, 0, begin + dayMs)).length;
  await spans.keepHours(begin + 2 * dayMs + hourMs);
  expect([await left(reader, minuteMs), await left({}, minuteMs), await left(reader, hourMs)]).toEqual([
    0, 2, 1,
  ]);
  await spans.keepHours(begin + 31 * dayMs);
  expect([await left({}, minuteMs), await left(reader, hourMs)]).toEqual([0, 1]);
  await spans.keepHours(begin + 91 * dayMs);
  expect([await left(reader, hourMs), await left({}, hourMs)]).toEqual([0, 1]);
  await spans.keepHours(begin + (spanRetentionMs[hourMs]?.all ?? 0) + 2 * hourMs);
  expect(await left({}, hourMs)).toBe(0);
});

test("availability is told by the hour, of the last hours by the minute, up to where it is asked for", async () => {
  const noon = begin + 2_000 * dayMs;
  const of = (resolutionMs: number, startEpochMs: number, taken: number): KpiSpan => ({
    ...{ scope: {}, startEpochMs, resolutionMs, times: {}, levels: {} },
    counts: { "tap.ingested": taken, "tap.turned_away": 2, "tap.taken_late": 1, "tap.archived": 9 },
  });
  const past = [
    of(hourMs, noon - 31 * dayMs, 1),
    of(hourMs, noon - 20 * dayMs, 2),
    of(minuteMs, noon - 20 * dayMs, 2),
    of(hourMs, noon - 2 * hourMs, 3),
    of(minuteMs, noon - 90 * minuteMs, 3),
    of(minuteMs, noon - minuteMs, 4),
    of(minuteMs, noon, 5),
  ];
  expect(await spans.keepMinutes(past, await spans.cursor(), "12-0")).toBe(true);
  expect(await spans.availability(noon + 59_000)).toEqual([
    { atEpochMs: noon - 20 * dayMs, bad: 3, all: 4 },
    { atEpochMs: noon - 90 * minuteMs, bad: 3, all: 5 },
    { atEpochMs: noon - minuteMs, bad: 3, all: 6 },
  ]);
});

test("the longest names that there may be have their place", async () => {
  // No two alike, so that PostgreSQL cannot make them shorter.
  const long = String.fromCodePoint(...Array.from({ length: 128 }, (_, i) => 0x1_f300 + ((i * 7_919) % 700)));
  const scope: KpiScope = { site: "s".repeat(63), agent: "a".repeat(63), reader: long };
  const cursor = await spans.cursor();
  expect(await spans.keepMinutes([span(scope, 5, 3)], cursor, "99-0")).toBe(true);
  expect(await spans.list(scope, minuteMs, begin, begin + hourMs)).toEqual([span(scope, 5, 3)]);
  expect(kpiScopeSchema.safeParse({ ...scope, reader: `${long}x` }).error?.message).toContain(
    "1-128 characters",
  );
});
