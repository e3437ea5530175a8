import { actingPerson, connectPrisma, knownNames, peopleNames } from "@tapline/adapters/prisma";
import {
  AlertChannelsDesk,
  AlertDesk,
  AlertPreviews,
  AlertRulesDesk,
  assertAbove,
  type ToldPreview,
} from "@tapline/adapters/prisma/alerts";
import { connectRedis } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import type { Alert, AlertRules } from "@tapline/core/alerts";
import type { Actor } from "@tapline/core/kernel";
import { answered } from "./answered.ts";
import { assertRedis } from "./assert-redis.ts";

export { assertAbove, type ToldPreview };

/** Who watches would see by itself what a person did, but later. */
const tellWithinMs = 2_000;

/** The alerts of the installation and their rules, for commands. @param redisUrl undefined: nobody is told of what is done */
export function openAlerts(databaseUrl: string, redisUrl: string | undefined) {
  const prisma = connectPrisma(databaseUrl);
  const redis = redisUrl === undefined ? null : connectRedis(redisUrl, () => undefined);
  const streams = redis === null ? null : new AlertStreams(redis);
  const tell = async (alert: Alert): Promise<void> => {
    if (streams !== null) await answered(streams.publish([alert], true), tellWithinMs);
  };
  const rules = new AlertRulesDesk(prisma, Date.now);
  return {
    desk: new AlertDesk(prisma, tell),
    rules,
    channels: new AlertChannelsDesk(prisma, Date.now),
    previews: new AlertPreviews(prisma, Date.now),
    /**
     * Puts rules in force, and tells who watches.
     * @param seen the version that was in force when whoever asks looked, 0 = none
     * @throws TaplineError `conflict` where they cannot follow those in force, or others are than were seen; `misconfigured`, `unavailable` where nobody can be told: then
     * nothing is changed
     */
    release: async (
      next: AlertRules,
      act: { readonly actor: Actor; readonly reason: string },
      seen: number,
    ) => {
      const heard = assertRedis(streams);
      await answered(heard.newest());
      const released = await rules.release(next, act, seen);
      await answered(heard.publishRules(released.version));
    },
    knownNames: () => knownNames(prisma),
    /** Who may act, by e-mail address or id. @throws TaplineError `invalid-input` */
    actingPerson: (given: string) => actingPerson(prisma, given),
    /** Of people, by their ids. */
    namesOf: (ids: Iterable<string>) => peopleNames(prisma, ids),
    close: async (): Promise<void> => {
      redis?.disconnect();
      await prisma.$disconnect();
    },
  };
}
