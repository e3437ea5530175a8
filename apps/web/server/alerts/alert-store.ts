import { AlertDesk, AlertRulesDesk, type PrismaClient } from "@tapline/adapters/prisma";
import { AlertStreams } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";

/** Alerts, and the rules that they come of. */
export interface AlertStore {
  desk: Pick<AlertDesk, "list" | "find" | "stepsOf" | "act">;
  rules: Pick<AlertRulesDesk, "active">;
}

export function openAlerts(prisma: PrismaClient, redis: Redis): AlertStore {
  const streams = new AlertStreams(redis);
  return {
    desk: new AlertDesk(prisma, (alert) => streams.publish([alert], true)),
    rules: new AlertRulesDesk(prisma, Date.now),
  };
}
