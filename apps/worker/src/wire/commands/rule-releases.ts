import { connectPrisma, peopleNames } from "@tapline/adapters/prisma";
import { RuleReleasesDesk } from "@tapline/adapters/prisma/rule-releases";
import { connectRedis } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { answered } from "./answered.ts";
import { assertRedis } from "./assert-redis.ts";

/** Releases of all rules, for commands. @param redisUrl undefined: alert rules cannot be changed, since nobody could be told */
export function openRuleReleases(databaseUrl: string, redisUrl: string | undefined) {
  const prisma = connectPrisma(databaseUrl);
  const redis = redisUrl === undefined ? null : connectRedis(redisUrl, () => undefined);
  const streams = redis === null ? null : new AlertStreams(redis);
  const desk = new RuleReleasesDesk(prisma, Date.now, {
    assertHeard: async (kind) => {
      if (kind === "alert-rules") await answered(assertRedis(streams).newest());
    },
    // Who decides, judges or sends by the others looks every few seconds by itself.
    tell: async (kind, version) => {
      if (kind === "alert-rules") await answered(assertRedis(streams).publishRules(version));
    },
  });
  return {
    desk,
    /** Of people, by their ids. */
    namesOf: (ids: Iterable<string>) => peopleNames(prisma, ids),
    close: async (): Promise<void> => {
      redis?.disconnect();
      await prisma.$disconnect();
    },
  };
}
