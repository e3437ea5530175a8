import { type KpiPoint, type KpiTotals, kpiPointSchema, kpiTotalsSchema } from "@tapline/core/kpi";
import type { PrismaClient } from "./generated/client.ts";

const totalsFact = "kpi.totals";
const minuteMs = 60_000;
const retentionMs = 30 * 24 * 3_600_000;

/** KPI points of one minute and the totals up to the last of them, in PostgreSQL. */
export class KpiHistory {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Keeps a minute, and the totals up to its end; forgets minutes past their retention. */
  async keepMinute(point: KpiPoint, totals: KpiTotals): Promise<void> {
    const start = new Date(point.startEpochMs);
    const key = { resolutionMs: minuteMs, start };
    const value = JSON.stringify({ ...totals, untilEpochMs: point.startEpochMs + minuteMs });
    await this.#prisma.$transaction([
      this.#prisma.kpiRollup.upsert({
        where: { resolutionMs_start: key },
        create: { ...key, point },
        update: { point },
      }),
      this.#prisma.installationFact.upsert({
        where: { name: totalsFact },
        create: { name: totalsFact, value },
        update: { value },
      }),
      this.#prisma.kpiRollup.deleteMany({
        where: { resolutionMs: minuteMs, start: { lt: new Date(point.startEpochMs - retentionMs) } },
      }),
    ]);
  }

  /** The totals last kept, and up to when they count; null before the first minute. */
  async totals(): Promise<{ totals: KpiTotals; untilEpochMs: number } | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: totalsFact } });
    if (fact === null) return null;
    const { untilEpochMs, ...totals } = JSON.parse(fact.value) as Record<string, unknown>;
    return { totals: kpiTotalsSchema.parse(totals), untilEpochMs: Number(untilEpochMs) };
  }

  /** Minutes that begin in [fromEpochMs, untilEpochMs), oldest first. */
  async minutes(fromEpochMs: number, untilEpochMs: number): Promise<KpiPoint[]> {
    const rows = await this.#prisma.kpiRollup.findMany({
      where: {
        resolutionMs: minuteMs,
        start: { gte: new Date(fromEpochMs), lt: new Date(untilEpochMs) },
      },
      orderBy: { start: "asc" },
    });
    return rows.map((row) => kpiPointSchema.parse(row.point));
  }
}
