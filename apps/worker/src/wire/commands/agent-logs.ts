import { AgentLogDesk, connectPrisma } from "@tapline/adapters/prisma";
import { AgentLogs, connectRedis, logWantedForMs } from "@tapline/adapters/redis";

/** The askings for agents' logs, for commands. */
export function openAgentLogs(
  databaseUrl: string,
  redisUrl: string,
): {
  readonly desk: AgentLogDesk;
  readonly logs: AgentLogs;
  /** So long an agent may take to answer, ms. */
  readonly answerWithinMs: number;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  const redis = connectRedis(redisUrl, () => undefined);
  const logs = new AgentLogs(redis, Date.now);
  return {
    ...{ logs, answerWithinMs: logWantedForMs, desk: new AgentLogDesk(prisma, logs, Date.now) },
    close: async () => {
      redis.disconnect();
      await prisma.$disconnect();
    },
  };
}
