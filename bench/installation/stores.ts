import { createHmac, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import type { Service } from "../../tools/database/index.ts";
import { asRedisUser, userLines } from "../../tools/redis/index.ts";
import {
  freePort,
  type PeerFiles,
  type PostgresOptions,
  startPostgres,
  startRedis,
} from "../../tools/servers/index.ts";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "./config.ts";
import { type Part, startPart } from "./part.ts";

/** A server that others reach by a URL that its restarts keep. */
export type Store = Part & { readonly url: string };

/** Who comes into PostgreSQL, by which certificates. */
export type StoreAccess = Pick<PostgresOptions, "tls" | "access">;

/** In a mesh each service has a user of its own in it, which its restarts keep. */
export async function startRedisPart(dir: string, tls?: PeerFiles): Promise<Store> {
  const password = randomBytes(24).toString("hex");
  const inMesh = tls && { tls, settings: userLines(meshServices, (one) => [passwordOf(one, password)]) };
  let kept: { port: number } | undefined;
  let url = "";
  const part = await startPart("redis", "redis", async () => {
    const server = await startRedis({ dataDir: join(dir, "redis"), password, ...kept, ...inMesh });
    ({ url } = server);
    kept = { port: server.port };
    return { pid: server.pid, child: null, exited: server.exited, stop: () => server.stop() };
  });
  return { ...part, url };
}

/** Of a service's user, from that of who may do all. */
const passwordOf = (service: Service, password: string): string =>
  createHmac("sha256", password).update(service).digest("hex");

/** As one service signs in to Redis in a mesh. @param url as who may do all does */
export const redisUrlOf = (url: string, service: Service): string =>
  asRedisUser(url, service, passwordOf(service, new URL(url).password));

export async function startPostgresPart(dir: string, access?: StoreAccess): Promise<Store> {
  let kept: { port: number; password: string } | undefined;
  let url = "";
  const part = await startPart("postgres", "postgres", async () => {
    const server = await startPostgres({
      dataDir: join(dir, "postgres"),
      logFile: join(dir, "postgres.log"),
      ...kept,
      ...access,
    });
    ({ url } = server);
    kept = { port: server.port, password: new URL(url).password };
    return { pid: server.pid, child: null, exited: server.exited, stop: () => server.stop() };
  });
  return { ...part, url };
}

/** The embedded archive server on `archiveDir`. */
export async function startArchivePart(
  dir: string,
  archiveDir: string,
): Promise<Part & { readonly port: number }> {
  await mkdir(archiveDir, { recursive: true });
  const port = await freePort();
  const part = await startPart("archive", "archive", async () => {
    const child = startChild("../../tools/local-stack/archive-server/main.ts", import.meta.url, {
      ...baseEnvironment(),
      TAPLINE_ARCHIVE_DIR: archiveDir,
      TAPLINE_ARCHIVE_HOST_KEY_FILE: join(dir, "ssh_host"),
      TAPLINE_ARCHIVE_CLIENT_KEY_FILE: join(dir, "ssh_client.pub"),
      TAPLINE_ARCHIVE_PORT: String(port),
    });
    await child.next(ofType("ready")).catch(async (error: unknown) => {
      await child.kill();
      throw error;
    });
    return { pid: child.pid, child, exited: child.exited, stop: child.stop };
  });
  return { ...part, port };
}
