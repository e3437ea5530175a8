import { setTimeout as sleep } from "node:timers/promises";
import {
  AgentDirectory,
  AgentRegistry,
  connectPrisma,
  TrackerDesk,
  TrackerRegistry,
} from "@tapline/adapters/prisma";
import { AgentNews, connectRedis } from "@tapline/adapters/redis";

/** Where Redis does not answer, a command does not wait for it. */
const tellWithinMs = 2_000;

/** The tracker registry alone, for commands. */
export function openTrackerRegistry(databaseUrl: string): {
  readonly registry: TrackerRegistry;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { registry: new TrackerRegistry(prisma, Date.now), close: () => prisma.$disconnect() };
}

/** Single trackers, for commands. */
export function openTrackerDesk(databaseUrl: string): {
  readonly desk: TrackerDesk;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { desk: new TrackerDesk(prisma, Date.now), close: () => prisma.$disconnect() };
}

/** Who may be an agent, for commands. @param redisUrl lets doors hear of a change at once; without it in 2 s */
export function openAgentRegistry(databaseUrl: string, redisUrl: string | undefined) {
  const prisma = connectPrisma(databaseUrl);
  const tell = async (): Promise<void> => {
    if (redisUrl === undefined) return;
    const redis = connectRedis(redisUrl, () => undefined);
    await Promise.race([
      new AgentNews(redis).publish(),
      sleep(tellWithinMs, undefined, { ref: false }),
    ]).finally(() => redis.disconnect());
  };
  return {
    registry: new AgentRegistry(prisma, Date.now, tell),
    directory: new AgentDirectory(prisma, Date.now),
    close: () => prisma.$disconnect(),
  };
}
