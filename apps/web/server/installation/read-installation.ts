import type { PrismaClient } from "@tapline/adapters/prisma";
import type { InstallationView } from "../../contracts/installation.ts";
import { sessionMs } from "../auth/create-auth.ts";
import type { WebConfig } from "../config.ts";

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
    makesAgentTokens: config.ingestRootPem !== undefined,
    doorUrl: config.ingestUrl ?? null,
    takesAlertLinks: config.alertLinkKey !== undefined,
    archives: archives.map(({ name }) => name),
    sites: sites.map(({ site, _count }) => ({ site, agents: _count })),
  };
}
