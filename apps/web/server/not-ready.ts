import type { PrismaClient } from "@tapline/adapters/prisma";
import type { Redis } from "ioredis";

/** Names of the parts that do not answer now. */
export async function notReady(redis: Redis, prisma: PrismaClient): Promise<string[]> {
  const [first, second] = await Promise.allSettled([redis.ping(), prisma.$queryRaw`SELECT 1`]);
  return [
    ...(first.status === "rejected" ? ["redis"] : []),
    ...(second.status === "rejected" ? ["postgresql"] : []),
  ];
}
