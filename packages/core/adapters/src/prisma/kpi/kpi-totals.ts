import { type KpiTotals, kpiTotalsSchema } from "@tapline/core/kpi";
import type { PrismaClient } from "../generated/client.ts";

const totalsFact = "kpi.totals";

/** Totals, and up to when they count. */
export type KeptTotals = { readonly totals: KpiTotals; readonly untilEpochMs: number };

/** The totals since the installation began, as they were at the end of a minute; they survive the loss of Redis. */
export class KpiTotalsBook {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async keep({ totals, untilEpochMs }: KeptTotals): Promise<void> {
    const value = JSON.stringify({ ...totals, untilEpochMs });
    await this.#prisma.installationFact.upsert({
      where: { name: totalsFact },
      create: { name: totalsFact, value },
      update: { value },
    });
  }

  /** What was kept last; null before the first minute. */
  async last(): Promise<KeptTotals | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: totalsFact } });
    if (fact === null) return null;
    const { untilEpochMs, ...totals } = JSON.parse(fact.value) as Record<string, unknown>;
    return { totals: kpiTotalsSchema.parse(totals), untilEpochMs: Number(untilEpochMs) };
  }
}
