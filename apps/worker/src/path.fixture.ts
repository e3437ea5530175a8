import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, TrackerRegistry } from "@tapline/adapters/prisma";
import { connectRedis } from "@tapline/adapters/redis";
import { issueHierarchy } from "@tapline/core/encryption";
import { uuidV7 } from "@tapline/core/kernel";
import { encodeTap, kidOf, signTap, type Tap } from "@tapline/core/tap";
import { meshServices } from "@tapline/core/telemetry";
import { pino } from "pino";
import {
  freshDatabase,
  serviceOf,
  servicesOf,
  sharedSshd,
  temporaryFolder,
} from "../../../tools/test-servers/index.ts";
import { readConfig } from "./config.ts";
import { killableRedis } from "./killable-redis.fixture.ts";
import { type Running, startWorker } from "./wire/start-worker.ts";

/** A tracker that signs. */
export type TestTracker = { readonly id: string; readonly kid: string; readonly privateKey: KeyObject };

/** Real servers, keys on disk, enrolled trackers, and workers on top of them. */
export type TestPath = Awaited<ReturnType<typeof setUpPath>>;

/**
 * Starts Redis, a database and an SFTP root of its own; workers are started by the test.
 * @param redisDir where Redis keeps its data; default: a folder of its own
 */
export async function setUpPath(redisDir?: string) {
  const [killable, databaseUrl, sshd, dir] = await Promise.all([
    killableRedis(redisDir),
    freshDatabase(),
    sharedSshd(),
    temporaryFolder(),
  ]);
  const { redis } = killable;
  const pki = join(dir, "pki");
  await mkdir(pki);
  const files = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Test",
    agents: ["gate-1", "gate-2"],
    hosts: ["localhost", "127.0.0.1"],
  });
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(pki, name), pem);
  await writeFile(join(dir, "process.key"), randomBytes(32).toString("hex"));
  const environment = {
    DATABASE_URL: servicesOf(databaseUrl),
    REDIS_URL: redis.url,
    TAPLINE_INGEST_PORT: "0",
    TAPLINE_STREAM_PORT: "0",
    TAPLINE_INGEST_CERT: join(pki, "server.crt"),
    TAPLINE_INGEST_KEY: join(pki, "server.key"),
    TAPLINE_AGENT_CA: join(pki, "agents-trust.pem"),
    TAPLINE_AGENT_AUTHORITY_CERT: join(pki, "agents.crt"),
    TAPLINE_AGENT_AUTHORITY_KEY: join(pki, "agents.key"),
    TAPLINE_INGEST_ROOT: join(pki, "root.crt"),
    TAPLINE_ARCHIVE_URL: sshd.url,
    TAPLINE_ARCHIVE_HOST_KEY: sshd.hostKeyPin,
    TAPLINE_ARCHIVE_KEY: sshd.privateKeyFile,
    TAPLINE_RECIPIENTS: `${join(pki, "archive.crt")},${join(pki, "escrow.crt")}`,
    TAPLINE_SIGNER_CERT: join(pki, "signer.crt"),
    TAPLINE_SIGNER_KEY: join(pki, "signer.key"),
    TAPLINE_SIGNER_CHAIN: join(pki, "intermediate.crt"),
    TAPLINE_TRUST: join(pki, "trust.pem"),
    TAPLINE_AUDIT_KEY: join(pki, "log.key"),
    TAPLINE_PROCESS_KEY: join(dir, "process.key"),
    LOG_LEVEL: "fatal",
  };
  const prisma = connectPrisma(databaseUrl);
  return {
    redis,
    sshd,
    pki,
    files,
    prisma,
    environment,
    /** Settings of a worker of these roles: of one role alone it signs in to PostgreSQL as that service. */
    settingsOf: (role: string) => ({ ...environment, ...ownRights(databaseUrl, role) }),
    trackers: await enrol(prisma, 3),
    start: (changes: Record<string, string | undefined> = {}): Promise<Running> =>
      startWorker(
        readConfig({ ...environment, ...ownRights(databaseUrl, changes.ROLE), ...changes }),
        pino({ level: changes.LOG_LEVEL ?? "fatal" }),
        {
          onLive: () => undefined,
        },
      ),
    killRedis: killable.kill,
    redisExited: killable.exited,
    /** What the loss of Redis leaves behind: an empty Redis. */
    wipeRedis: () => wipe(redis.url),
    end: async (): Promise<void> => {
      await prisma.$disconnect();
      await killable.stop();
    },
  };
}

async function wipe(redisUrl: string): Promise<void> {
  const client = connectRedis(redisUrl, () => undefined);
  await client.flushall();
  client.disconnect();
}

/** With the rights of its service alone, where a process has one role. */
function ownRights(databaseUrl: string, role: string | undefined): { DATABASE_URL?: string } {
  const service = meshServices.find((name) => name === role);
  return service === undefined ? {} : { DATABASE_URL: serviceOf(databaseUrl, service) };
}

async function enrol(prisma: ReturnType<typeof connectPrisma>, count: number): Promise<TestTracker[]> {
  const made = Array.from({ length: count }, () => {
    const { privateKey, publicKey: key } = generateKeyPairSync("ed25519");
    const publicKey = key.export({ format: "der", type: "spki" }).subarray(-32);
    return { id: randomBytes(8).toString("hex"), kid: kidOf(publicKey), publicKey, privateKey };
  });
  await new TrackerRegistry(prisma, Date.now).enrol(made, {
    version: 1,
    id: uuidV7(Date.now(), randomBytes),
    atEpochMs: Date.now(),
    actor: { kind: "operator", id: "test" },
    action: "tracker.enrolled",
    subject: "tracker/test",
    reason: null,
    facts: { count },
  });
  return made;
}

/** A raw tap: signed by `tracker`, or unsigned. */
export function rawTap(
  tracker: TestTracker,
  seq: number,
  changes: Partial<Tap> = {},
  unsigned = false,
): Buffer {
  const tap: Tap = {
    trackerId: tracker.id,
    seq,
    epoch: 1,
    t0EpochS: Math.floor(Date.now() / 1000) - 3600,
    samples: Array.from({ length: 30 }, (_, i) => [i * 60, 60 + ((i + seq) % 40), i % 20] as const),
    batteryPercent: 70,
    uptimeS: 3600 + seq,
    ...changes,
  };
  return unsigned ? encodeTap(tap) : signTap(tap, tracker);
}

/** Polls until `read` gives something, at most `timeoutMs`. */
export async function until<Value>(
  what: string,
  read: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  timeoutMs = 10_000,
): Promise<Value> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
