import type { AgentReading, KpiReadings } from "@tapline/core/kpi";
import { agentReportSchema, agentSettingsSchema } from "@tapline/core/tap";
import type { PrismaClient } from "./generated/client.ts";

/** What PostgreSQL alone knows for the KPIs of the fleet. */
export class WatchReadings {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** At which site each agent stands. */
  async sites(): Promise<Map<string, string>> {
    const agents = await this.#prisma.agent.findMany({ select: { id: true, site: true } });
    return new Map(agents.map(({ id, site }) => [id, site]));
  }

  /** Agents that may deliver, with their last reports, and how many of their numbers are in open gaps. */
  async read(): Promise<Required<Pick<KpiReadings, "fleet" | "gaps">>> {
    const [agents, reports, gaps, revisions] = await Promise.all([
      this.#prisma.agent.findMany({
        where: { revokedAt: null },
        select: { id: true, site: true, enrolledAt: true },
      }),
      this.#prisma.agentReport.findMany({ select: { agent: true, report: true, seenAt: true } }),
      this.#prisma.sequenceGap.findMany({
        where: { scope: "agent", closedAt: null },
        select: { subject: true, first: true, last: true },
      }),
      this.#prisma.configRevision.findMany({ select: { revision: true, settings: true } }),
    ]);
    const reportEveryMs = new Map(
      revisions.map(({ revision, settings }) => [
        revision,
        agentSettingsSchema.safeParse(settings).data?.reportEveryMs ?? null,
      ]),
    );
    const told = new Map(reports.map((row) => [row.agent, row]));
    const fleet = agents.flatMap(({ id, site, enrolledAt }): AgentReading[] => {
      const row = told.get(id);
      // Who was only invited has never been there, so nobody misses it.
      if (row === undefined) return enrolledAt === null ? [] : [{ agent: id, site, last: null }];
      // A report that an earlier release kept in another form counts as none.
      const report = agentReportSchema.safeParse(row.report).data;
      const last = report && {
        ...{ report, seenAtEpochMs: row.seenAt.getTime() },
        reportEveryMs: reportEveryMs.get(report.configRevision) ?? null,
      };
      return [{ agent: id, site, last: last ?? null }];
    });
    const open = new Map<string, number>();
    for (const { subject, first, last } of gaps)
      open.set(subject, (open.get(subject) ?? 0) + Number(last - first) + 1);
    return { fleet, gaps: open };
  }
}
