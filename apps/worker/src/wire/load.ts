import { answered, LoadSampler, StoreProbe } from "@tapline/telemetry/metrics";
import type { Parts } from "./parts.ts";

/** What this process says of itself with each sign of life. */
export function sampleLoad({ served, redis, prisma, queues }: Parts): LoadSampler {
  return new LoadSampler({
    served,
    redis: new StoreProbe("redis", () => redis.ping()),
    postgresql: new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
    queued: async () => {
      const depths = await answered(queues.depths());
      return depths === null ? null : depths.reduce((sum, { jobs }) => sum + jobs, 0);
    },
  });
}
