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
    // No agent is named: of a large fleet they would be more than a statement takes.
    const [answer] = await this.#prisma.$queryRaw<{ own: boolean | null }[]>`
      SELECT bool_and(EXISTS (SELECT FROM agent WHERE agent.id = agent_run.agent AND agent.site = ANY(${[...sites]}))) AS own
      FROM agent_run WHERE segment_id = ${segmentId}::uuid`;
    return answer?.own === true;
  }

  /** The agents that stand at these sites. */
  async agentsOf(sites: readonly string[]): Promise<string[]> {
    const where = { site: { in: [...sites] } };
    return (await this.#prisma.agent.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }
}
