import { alertRuleSchema } from "@tapline/core/alerts";
import type { KpiScope, KpiSpan } from "@tapline/core/kpi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { KpiSpans } from "../kpi/index.ts";
import { AlertPreviews } from "./index.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const until = Date.UTC(2026, 10, 29, 12);
const north: KpiScope = { site: "north" };
const bounds = { spanMs: 7 * dayMs, maxScopes: 1_000, limitMs: 60_000 };

let prisma: PrismaClient;
let spans: KpiSpans;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  spans = new KpiSpans(prisma);
  // History begins two days ago: nobody kept any before.
  const kept = Array.from({ length: (2 * dayMs) / minuteMs }, (_, n) => span({}, n + 1, {}));
  const refused = [100, 99, 50].map((minute) => span(north, minute, { "tap.rejected": 100 }));
  const quiet = [98, 49].map((minute) => span(north, minute, { "tap.archived": 4 }));
  const slow: KpiSpan = {
    ...span({ site: "south" }, 7, { "tap.archived": 1 }),
    times: { "tap.to_archive_ms": { zero: 0, buckets: [[900, 4]] } },
  };
  expect(await spans.keepMinutes([...kept, ...refused, ...quiet, slow], null, "1-0")).toBe(true);
});
afterAll(() => prisma.$disconnect());

function span(scope: KpiScope, minutesBefore: number, counts: KpiSpan["counts"]): KpiSpan {
  return {
    ...{ scope, startEpochMs: until - minutesBefore * minuteMs, resolutionMs: minuteMs, counts, times: {} },
    levels: scope.site === undefined ? { "backlog.oldest_ms": minutesBefore <= 10 ? 900_000 : 0 } : {},
  };
}

const card = { cause: "c", consequence: "c", action: "a", respondWithinMinutes: 5 };
const rule = (given: Record<string, unknown>) =>
  alertRuleSchema.parse({ severity: "info", runbook: "docs/runbooks.md#rejects-high", card, ...given });
const above = (limit: number) => ({ kind: "threshold", limit: { above: limit } });
const rejects = rule({
  ...{ id: "rejects", kpi: "taps.rejected_per_minute", per: "site", condition: above(50) },
  ...{ message: "{value} refused" },
});
const previews = (clock = () => until + 30_000) => new AlertPreviews(prisma, clock);

test("a preview tells from the minutes kept how often a rule would have fired, by scope, and what nobody knows", async () => {
  const told = await previews().preview(rejects, bounds);
  expect(told).toMatchObject({
    ...{ fromEpochMs: until - 7 * dayMs, untilEpochMs: until, fired: 2 },
    ...{ activeMs: 3 * minuteMs, longestMs: 2 * minuteMs },
    scopes: [{ scope: north, fired: 2, stands: false }],
    unjudged: { because: null, beforeEpochMs: null, missingMs: 5 * dayMs, refusedScopes: 0 },
  });
});

test("levels and timings are judged as counts are", async () => {
  const old = rule({
    ...{ id: "old", kpi: "backlog.oldest_ms", per: "all", condition: above(600_000) },
    ...{ message: "{value}", onDelayMs: 2 * minuteMs },
  });
  expect(await previews().preview(old, bounds)).toMatchObject({
    ...{ fired: 1, activeMs: 7 * minuteMs, scopes: [{ scope: {}, stands: true }] },
  });
  const slow = rule({ ...rejects, id: "slow", kpi: "tap.to_archive_p99_ms", condition: above(10_000) });
  expect(await previews().preview(slow, { ...bounds, spanMs: hourMs })).toMatchObject({
    // Over once none of its taps is in the window any more: the others' minutes say that somebody counted.
    ...{ fired: 1, activeMs: minuteMs, scopes: [{ scope: { site: "south" }, stands: false }] },
    unjudged: { missingMs: 0 },
  });
});

test("names in a rule that nothing goes by are told: it may be that they come later", async () => {
  await prisma.agent.create({ data: { id: "gate", site: "north" } });
  const narrow = rule({ ...rejects, only: { site: ["north", "nrth"] } });
  const { fired, unknown } = await previews().preview(narrow, bounds);
  expect([fired, unknown]).toEqual([
    2,
    [
      {
        place: "rules.rejects.only.site",
        fault: "nothing is known of a site nrth (did you mean north?)",
      },
    ],
  ]);
  expect((await previews().preview(rejects, bounds)).unknown).toEqual([]);
});

test("a rule that could not be released is refused, and so is one that takes too long", async () => {
  const split = rule({ ...rejects, kpi: "backlog.oldest_ms", per: "site" });
  await expect(previews().preview(split, bounds)).rejects.toMatchObject({ code: "invalid-input" });
  let now = until;
  const ticking = () => {
    now += 2;
    return now;
  };
  await expect(previews(ticking).preview(rejects, { ...bounds, limitMs: 100 })).rejects.toMatchObject({
    ...{ code: "overloaded", facts: { limitMs: 100 } },
  });
});
