import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectRedis } from "@tapline/adapters/redis";
import { startRedis } from "../../tools/servers/index.ts";
import { cpuSeconds } from "../cpu-seconds.ts";

const inFlight = 2_000;

/**
 * What a stream in Redis costs by itself: one XADD per payload, 2,000 in flight, into a Redis as ours is set.
 * @returns entries per second of CPU, of client and server together
 */
export async function xaddsPerCpuS(payloads: readonly Buffer[]): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const redis = await startRedis({ dataDir: join(dir, "redis") });
  const client = connectRedis(redis.url, () => undefined);
  try {
    await client.ping();
    const before = process.cpuUsage();
    const serverBefore = await cpuSeconds([redis.pid]);
    let next = 0;
    const add = async (): Promise<void> => {
      for (let at = next++; at < payloads.length; at = next++)
        await client.xadd("bench", "*", "d", payloads[at] ?? "");
    };
    await Promise.all(Array.from({ length: inFlight }, add));
    const { user, system } = process.cpuUsage(before);
    const usedS = (user + system) / 1e6 + (await cpuSeconds([redis.pid])) - serverBefore;
    if ((await client.xlen("bench")) !== payloads.length) throw new Error("entries are missing in Redis");
    return payloads.length / usedS;
  } finally {
    client.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
