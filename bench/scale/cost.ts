import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import pg from "pg";
import { cpuSeconds } from "../cpu-seconds.ts";
import { countArchived, type Installation } from "../installation/index.ts";
import { lightLoad } from "../load/light-load.ts";
import { measureOurs, measureStream, nothing } from "../load/measure.ts";
import type { Load } from "../load/taps.ts";

export type Way = "stream" | "post" | "lone";

/** What one tap cost, beyond what the same processes cost while they wait. */
export type Cost = {
  /** By part of the installation, µs of CPU. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** What all parts use while nothing comes, cores. */
  readonly idleCores: number;
  readonly tapsPerSegment: number;
  readonly redisCommands: number;
  readonly redisInBytes: number;
  readonly redisOutBytes: number;
  readonly postgresBytes: number;
  readonly walBytes: number;
  readonly archiveBytes: number;
};

const idleMs = 5_000;
const settleTimeoutMs = 120_000;

/** Sends the load by one way and reads every part's meters before and after; a wrong count in the archive is a fault. */
export async function costOf(
  installation: Installation,
  load: Load,
  way: Way,
  faults: string[],
): Promise<Cost> {
  const taps = load.payloads.length;
  const idle = await idleCores(installation);
  const before = await read(installation);
  await send(installation, load, way);
  await installation.settled(taps, settleTimeoutMs);
  const after = await read(installation);
  const { taps: archived } = await countArchived(installation.archiveDir, installation.archiveKey);
  if (archived !== load.archived)
    faults.push(`${way}: the archive holds ${archived} taps instead of ${load.archived}`);
  const wallS = (after.atMs - before.atMs) / 1000;
  const perTap = (of: (meters: Meters) => number): number => (of(after) - of(before)) / taps;
  const cpuUs = Object.keys(after.cpuS).map((part): [string, number] => {
    const usedS = (after.cpuS[part] ?? 0) - (before.cpuS[part] ?? 0) - (idle[part] ?? 0) * wallS;
    return [part, Math.max(0, (usedS / taps) * 1e6)];
  });
  return {
    cpuUs: Object.fromEntries(cpuUs),
    idleCores: Object.values(idle).reduce((sum, cores) => sum + cores, 0),
    tapsPerSegment: taps / Math.max(1, after.segments - before.segments),
    redisCommands: perTap(({ redisCommands }) => redisCommands),
    redisInBytes: perTap(({ redisInBytes }) => redisInBytes),
    redisOutBytes: perTap(({ redisOutBytes }) => redisOutBytes),
    postgresBytes: perTap(({ postgresBytes }) => postgresBytes),
    walBytes: perTap(({ walBytes }) => walBytes),
    archiveBytes: perTap(({ archiveBytes }) => archiveBytes),
  };
}

async function send(installation: Installation, load: Load, way: Way): Promise<void> {
  if (way === "stream") await measureStream(installation, load, nothing());
  else if (way === "post") await measureOurs(installation, load, nothing());
  else await lightLoad(installation, load.payloads);
}

/** What each part uses by itself: clocks, reports, looks for work. */
async function idleCores(installation: Installation): Promise<Record<string, number>> {
  const before = await cpuByPart(installation);
  await sleep(idleMs);
  const after = await cpuByPart(installation);
  const cores = (part: string): number => ((after[part] ?? 0) - (before[part] ?? 0)) / (idleMs / 1000);
  return Object.fromEntries(Object.keys(after).map((part) => [part, cores(part)]));
}

type Meters = {
  readonly atMs: number;
  readonly cpuS: Readonly<Record<string, number>>;
  readonly segments: number;
  readonly redisCommands: number;
  readonly redisInBytes: number;
  readonly redisOutBytes: number;
  readonly postgresBytes: number;
  readonly walBytes: number;
  readonly archiveBytes: number;
};

async function read(installation: Installation): Promise<Meters> {
  const [cpuS, redis, postgres, archive] = await Promise.all([
    cpuByPart(installation),
    readRedis(installation.tlsEnvironment.REDIS_URL ?? ""),
    readPostgres(installation.databaseUrl),
    readArchive(installation.archiveDir),
  ]);
  return { atMs: performance.now(), cpuS, ...redis, ...postgres, ...archive };
}

async function cpuByPart({ parts }: Installation): Promise<Record<string, number>> {
  const used = parts.map(
    async (part): Promise<[string, number]> => [part.name, await cpuSeconds([part.life().pid])],
  );
  return Object.fromEntries(await Promise.all(used));
}

async function readRedis(
  url: string,
): Promise<Pick<Meters, "redisCommands" | "redisInBytes" | "redisOutBytes">> {
  const redis = connectRedis(url, () => undefined);
  try {
    const text = `${await redis.info("stats")}\n${await redis.info("commandstats")}`;
    const stat = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1] ?? 0);
    const calls = [...text.matchAll(/^cmdstat_[^:]+:calls=(\d+)/gm)].map(([, number]) => Number(number));
    return {
      redisCommands: calls.reduce((sum, number) => sum + number, 0),
      redisInBytes: stat("total_net_input_bytes"),
      redisOutBytes: stat("total_net_output_bytes"),
    };
  } finally {
    redis.disconnect();
  }
}

async function readPostgres(url: string): Promise<Pick<Meters, "postgresBytes" | "walBytes">> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string; wal: string }>(
      "SELECT pg_database_size(current_database()) AS bytes, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal",
    );
    return { postgresBytes: Number(rows[0]?.bytes), walBytes: Number(rows[0]?.wal) };
  } finally {
    await client.end();
  }
}

async function readArchive(dir: string): Promise<Pick<Meters, "segments" | "archiveBytes">> {
  const names = (await readdir(dir, { recursive: true })).filter((name) => name.includes("segment-"));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
  return {
    segments: names.filter((name) => name.endsWith(".manifest.json")).length,
    archiveBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}
