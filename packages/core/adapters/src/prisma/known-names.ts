import type { KnownNames } from "@tapline/core/alerts";
import { defaultSite } from "@tapline/core/transfer";
import type { Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** Where agents stand, or will once they enrol, and which agents the registry has, those that are revoked included. */
export async function knownNames(tx: PrismaClient | Transaction): Promise<KnownNames> {
  const agents = await tx.agent.findMany({ select: { id: true, site: true }, orderBy: { id: "asc" } });
  const promised = await tx.agentToken.findMany({
    where: { usedAt: null, site: { not: null } },
    select: { site: true },
    distinct: ["site"],
  });
  const sites = new Set([defaultSite, ...[...agents, ...promised].map(({ site }) => site ?? defaultSite)]);
  return { sites: [...sites].toSorted(), agents: agents.map(({ id }) => id) };
}
