import { AgentDirectory, AgentRegistry, type PrismaClient, TrackerDesk } from "@tapline/adapters/prisma";
import { AgentNews } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import { pinOf } from "@tapline/core/tap";
import type { Redis } from "ioredis";

/** Who may be an agent, and which trackers may be tapped. */
export interface Registry {
  agents: Pick<AgentRegistry, "createToken" | "revoke">;
  directory: Pick<AgentDirectory, "list" | "isKnown">;
  trackers: Pick<TrackerDesk, "list" | "enrol" | "revoke">;
  /** The pin that tokens carry. @throws TaplineError `misconfigured` where the root is not known here */
  pin: () => Buffer;
  /** Where agents reach the door; null where that is not known here. */
  doorUrl: string | null;
}

/**
 * @param rootPem the root certificate of the door; undefined: no tokens are made
 * @param doorUrl undefined: not known here
 */
export function openRegistry(
  prisma: PrismaClient,
  redis: Redis,
  rootPem: string | undefined,
  doorUrl: string | undefined,
): Registry {
  const news = new AgentNews(redis);
  return {
    doorUrl: doorUrl ?? null,
    agents: new AgentRegistry(prisma, Date.now, () => news.publish()),
    directory: new AgentDirectory(prisma, Date.now),
    trackers: new TrackerDesk(prisma, Date.now),
    pin: () => {
      if (rootPem !== undefined) return pinOf(rootPem);
      throw new TaplineError("misconfigured", "the root certificate of the agents' door is not known here", {
        remedy: "set TAPLINE_INGEST_ROOT for the console, or use `tapline agent token`",
      });
    },
  };
}
