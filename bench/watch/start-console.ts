import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMigrations, openServicesRole } from "../../tools/database/index.ts";
import { startPostgres, startRedis } from "../../tools/servers/index.ts";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";

/** The console's own server as it runs in production, on a Redis and a PostgreSQL of its own. */
export type ConsoleProcess = {
  readonly origin: string;
  readonly redisUrl: string;
  /** Of the database's owner. */
  readonly databaseUrl: string;
  /** What brings updates to browsers: the console's process, and Redis. */
  readonly pids: readonly number[];
  /** Signs its first person in. @returns the cookie that a browser would keep */
  readonly signIn: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

export const person = { email: "bench@console.test", password: "a pass phrase for the bench" };

export async function startConsole(): Promise<ConsoleProcess> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const [redis, postgres] = await Promise.all([
    startRedis({ dataDir: join(dir, "redis") }),
    startPostgres({ dataDir: join(dir, "postgres"), logFile: join(dir, "postgres.log") }),
  ]);
  await applyMigrations(postgres.url);
  const servicesUrl = await openServicesRole(postgres.url, randomBytes(16).toString("hex"));
  const secretFile = join(dir, "secret");
  await writeFile(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const child = startChild("../../apps/web/server/main.ts", import.meta.url, {
    ...baseEnvironment(),
    ...{ NODE_ENV: "production", LOG_LEVEL: "warn", NEXT_TELEMETRY_DISABLED: "1" },
    ...{ DATABASE_URL: servicesUrl, REDIS_URL: redis.url, TAPLINE_WEB_SECRET_FILE: secretFile },
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    await Promise.all([redis.stop(), postgres.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const { port } = await child.next(ofType("ready"));
    const origin = `http://127.0.0.1:${String(port)}`;
    child.send({ type: "ensure-first-admin", ...person });
    const { error } = await child.next(ofType("first-admin"));
    if (error !== undefined) throw new Error(`the console has no first person: ${String(error)}`);
    return {
      ...{ origin, redisUrl: redis.url, databaseUrl: postgres.url, pids: [child.pid, redis.pid], stop },
      signIn: () => signIn(origin),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function signIn(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify(person),
  });
  if (!answer.ok) throw new Error(`the console answered a sign-in with ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}
