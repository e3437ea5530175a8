import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  admitUser,
  buildConsolePages,
  freshDatabase,
  ownRedis,
  refusedToUsers,
  serviceOf,
  temporaryFolder,
} from "@tapline/tools/test-servers";
import { Redis } from "ioredis";
import { inheritedEnvironment } from "./config.ts";
import { makeRootCertificate } from "./root-certificate.fixture.ts";

const webDir = fileURLToPath(new URL("..", import.meta.url));

export const person = { email: "ada@console.test", password: "a pass phrase for the test" };

/** The console as it runs in production, a child process on real Redis and PostgreSQL, with the rights that it has there. */
export interface Site {
  origin: string;
  /** As the owner of the database. */
  databaseUrl: string;
  /** As who may do all. */
  redis: Redis;
  redisServer: Awaited<ReturnType<typeof ownRedis>>;
  restart: () => Promise<void>;
  /** @throws Error where Redis refused something to the console's user */
  stop: () => Promise<void>;
}

/** @param more settings beside the usual ones, the port among them where it has to be known before */
export async function startSite(more: Record<string, string> = {}): Promise<Site> {
  buildConsolePages();
  const [databaseUrl, redisServer, folder] = await Promise.all([
    freshDatabase(),
    ownRedis(),
    temporaryFolder(),
  ]);
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const rootFile = join(folder, "root.crt");
  writeFileSync(rootFile, makeRootCertificate());
  const redis = new Redis(redisServer.url);
  redis.on("error", () => {});
  const settings = {
    ...{
      DATABASE_URL: serviceOf(databaseUrl, "web"),
      REDIS_URL: await admitUser(redis, redisServer.url, "web"),
      TAPLINE_WEB_SECRET_FILE: secretFile,
      TAPLINE_INGEST_ROOT: rootFile,
    },
    ...{
      TAPLINE_SITE_NAME: "North clinic, reader hall 2",
      TAPLINE_SITE_TIME_ZONE: "Europe/Berlin",
      LOG_LEVEL: "warn",
      TAPLINE_WEB_PORT: "0",
    },
    ...more,
  };
  let { child, port } = await startServer(settings);
  child.send({ type: "ensure-first-admin", ...person });
  await answerOf(child, "first-admin");
  return {
    origin: `http://127.0.0.1:${port}`,
    databaseUrl,
    redis,
    redisServer,
    restart: async () => {
      await end(child);
      ({ child, port } = await startServer({ ...settings, TAPLINE_WEB_PORT: String(port) }));
    },
    stop: async () => {
      await end(child);
      // A test may have stopped it.
      const refused = redis.status === "ready" ? await refusedToUsers(redis) : [];
      redis.disconnect();
      await redisServer.stop();
      if (refused.length > 0)
        throw new Error(`Redis refused: ${refused.join(", ")}; see tools/redis/service-acl.ts`);
    },
  };
}

async function startServer(settings: Record<string, string>): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(webDir, ".next/console/main.mjs"), {
    env: { ...inheritedEnvironment(), ...settings },
  });
  const { port } = await answerOf(child, "ready");
  return { child, port: Number(port) };
}

async function answerOf(child: ChildProcess, type: string): Promise<Record<string, unknown>> {
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`the console ended with ${code} before it said ${type}`);
  });
  exited.catch(() => {});
  for (;;) {
    const [message] = (await Promise.race([once(child, "message"), exited])) as [{ type: string }];
    if (message.type === type) return { ...message };
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
