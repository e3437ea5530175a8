import { randomBytes } from "node:crypto";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import type { KpiLive, KpiPoint } from "@tapline/core/kpi";
import { otlpSettings } from "@tapline/telemetry/otlp";
import { admitUser, freshDatabase, ownRedis, refusedToUsers, serviceOf } from "@tapline/tools/test-servers";
import { Redis } from "ioredis";
import { z } from "zod";
import type { Role } from "./auth/roles.ts";
import type { WebConfig } from "./config.ts";
import { type Console, startConsole } from "./start-console.ts";

/** A console on real Redis and PostgreSQL, in both with the rights of its service, whose pages say nothing. For tests. */
export interface TestConsole {
  console: Console;
  config: WebConfig;
  redis: Redis;
  redisServer: Awaited<ReturnType<typeof ownRedis>>;
  prisma: PrismaClient;
  stop: () => Promise<void>;
}

export const adminSignIn = { email: "first@console.test", password: "correct horse battery staple" };

export async function startTestConsole(given: Partial<WebConfig> = {}): Promise<TestConsole> {
  const [databaseUrl, redisServer] = await Promise.all([freshDatabase(), ownRedis()]);
  const redis = new Redis(redisServer.url);
  redis.on("error", () => {});
  const config: WebConfig = {
    ...{
      databaseUrl: serviceOf(databaseUrl, "web"),
      redisUrl: await admitUser(redis, redisServer.url, "web"),
      host: "127.0.0.1",
      port: 0,
      healthPort: 0,
      colour: "blue",
      origin: undefined,
    },
    ...{
      secret: randomBytes(32).toString("hex"),
      tls: undefined,
      ingestRootPem: undefined,
      ingestUrl: undefined,
      alertLinkKey: undefined,
      oidc: undefined,
      siteName: "Test site",
      siteTimeZone: "Europe/Berlin",
      logLevel: "silent",
      otlp: z.object(otlpSettings).parse({}),
    },
    ...given,
  };
  const console = await startConsole(config, silentPages);
  const prisma = connectPrisma(databaseUrl);
  const stop = async () => {
    await console.close();
    // A test may have ended Redis.
    const refused = redis.status === "ready" ? await refusedToUsers(redis) : [];
    redis.disconnect();
    await prisma.$disconnect();
    await redisServer.stop();
    if (refused.length > 0) throw new Error(`Redis has refused ${refused.join(", ")}`);
  };
  return { console, config, redis, redisServer, prisma, stop };
}

/** How many connections to the database wait for what another one holds. */
export async function waitingForLocks(prisma: PrismaClient): Promise<number> {
  const found = await prisma.$queryRaw<unknown[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return found.length;
}

export const silentPages = {
  handle: async (_request: unknown, response: { end: (text: string) => void }) => response.end("page"),
  close: async () => {},
};

/** Signs in as a browser would; the answer's cookie is what a browser would keep. */
export async function signIn(origin: string, who = adminSignIn) {
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify(who),
  });
  return { response, cookie: cookiesOf(response) };
}

/** What a browser sends from then on that was given this response. */
export const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");

/** Gives the person of that address another role. */
export async function setRole(prisma: PrismaClient, email: string, role: Role | "nobody"): Promise<void> {
  await prisma.user.update({ where: { email }, data: { role } });
}

export function livePicture(given: Partial<KpiLive> = {}): KpiLive {
  return {
    stream: "life-1",
    seq: 1,
    atEpochMs: Date.now(),
    silent: [],
    awayArchives: [],
    tapsPerSecond: 12.4,
    archivedPerSecond: 12.2,
    backlog: 3,
    oldestAgeMs: 180,
    tapToArchiveMs: { p50: 84, p95: 142, p99: 205, count: 744 },
    rejects: { "bad-signature": 2, schema: 5 },
    duplicates: 15,
    totals: { ingested: 10_000, archived: 9_700, duplicates: 200, rejected: 97, segments: 412 },
    restore: {
      provenAtEpochMs: Date.now() - 720_000,
      firstArchivedAtEpochMs: Date.now() - 86_400_000,
      everyMs: 3_600_000,
      freshness: "current",
      readBack: [],
    },
    ...given,
  };
}

export async function publishLive(redis: Redis, live: KpiLive): Promise<void> {
  await redis.xadd("tapline:{kpi}:live", "MAXLEN", "~", 1000, "*", "j", JSON.stringify(live));
}

export async function publishSecond(redis: Redis, point: KpiPoint): Promise<void> {
  // The id says when the point was written: at the end of its second.
  const id = `${point.startEpochMs + point.resolutionMs}-*`;
  await redis.xadd("tapline:{kpi}:seconds", id, "j", JSON.stringify(point));
}
