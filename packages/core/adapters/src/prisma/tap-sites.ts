import type { PrismaClient } from "./generated/client.ts";

/** Of which sites taps are: of those at which the agents that read them stand. */
export class TapSites {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Whether an agent stands at one of these sites; null: at whichever, also where it is not known. */
  async isAgentOf(agent: string, sites: readonly string[] | null): Promise<boolean> {
    if (sites === null) return true;
    const where = { id: agent, site: { in: [...sites] } };
    return (await this.#prisma.agent.count({ where })) > 0;
  }

  /**
   * Whether agents of these sites read all taps of a segment, as far as the index has their agents. Which tracker's tap an agent read
   * it does not have: of a segment that is shared it cannot say whose a tracker's tap is.
   */
  async isSegmentOf(segmentId: string, sites: readonly string[] | null): Promise<boolean> {
    if (sites === null) return true;
    const own = await this.agentsOf(sites);
    const [theirs, others] = await Promise.all([
      this.#prisma.agentRun.findFirst({ where: { segmentId, agent: { in: own } }, select: { agent: true } }),
      this.#prisma.agentRun.findFirst({
        where: { segmentId, agent: { notIn: own } },
        select: { agent: true },
      }),
    ]);
    return theirs !== null && others === null;
  }

  /** The agents that stand at these sites. */
  async agentsOf(sites: readonly string[]): Promise<string[]> {
    const where = { site: { in: [...sites] } };
    return (await this.#prisma.agent.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }
}
