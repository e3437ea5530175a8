import type { PrismaClient } from "@tapline/adapters/prisma";
import { spanRetentionMs } from "@tapline/core/kpi";
import type { InstallationView, KpiDays } from "../../contracts/installation.ts";
import { sessionMs } from "../auth/create-auth.ts";
import type { WebConfig } from "../config.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

function daysOf(resolutionMs: number): KpiDays {
  const { all = 0, agent = 0 } = spanRetentionMs[resolutionMs] ?? {};
  return { all: all / dayMs, agent: agent / dayMs };
}

/** How this installation is set, as far as the console knows it. */
export async function readInstallation(
  prisma: PrismaClient,
  config: WebConfig,
  origin: string,
): Promise<InstallationView> {
  const [sites, archives] = await Promise.all([
    prisma.agent.groupBy({
      by: ["site"],
      where: { revokedAt: null },
      _count: true,
      orderBy: { site: "asc" },
    }),
    prisma.archiveTarget.findMany({ select: { name: true }, orderBy: { name: "asc" } }),
  ]);
  return {
    ...{ siteName: config.siteName, origin, isTls: origin.startsWith("https:"), sessionMs },
    kpiDays: { minutes: daysOf(minuteMs), hours: daysOf(hourMs) },
    makesAgentTokens: config.ingestRootPem !== undefined,
    doorUrl: config.ingestUrl ?? null,
    takesAlertLinks: config.alertLinkKey !== undefined,
    archives: archives.map(({ name }) => name),
    sites: sites.map(({ site, _count }) => ({ site, agents: _count })),
  };
}
