import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import { ofType, startChild } from "../child.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { baseEnvironment, type Installation } from "../installation/index.ts";
import type { StreamsOrder } from "./idle-streams-main.ts";

/** What an agent's stream costs the door and Redis that nothing comes by. */
export type IdleStreams = {
  /** The door's resident memory, kB each. */
  readonly residentKb: number;
  readonly redisKb: number;
  /** CPU of the door to open one: handshake, certificate, first message; ms. */
  readonly openingMs: number;
  /** CPU of the door and of Redis while all are open, beyond what they use without, cores for 1,000 streams. */
  readonly coresPer1000: number;
};

const settleMs = 10_000;

/** Opens `count` streams, each as an agent of its own, and reads the meters before and after. */
export async function idleStreams(
  installation: Installation,
  { count, idleS }: { readonly count: number; readonly idleS: number },
): Promise<IdleStreams> {
  const door = installation.parts.find(({ name }) => name === "ingest")?.life().pid ?? 0;
  const redis = installation.parts.find(({ name }) => name === "redis")?.life().pid ?? 0;
  const pem = async (name: string) => await readFile(join(installation.dir, name), "utf8");
  const agents = startChild("./idle-streams-main.ts", import.meta.url, baseEnvironment());
  try {
    await agents.next(ofType("ready"));
    const coresAtRest = await coresOver(idleS, [door, redis]);
    const [residentBefore, redisBefore] = [await residentKb(door), await redisBytes(installation)];
    const cpuBefore = await cpuSeconds([door]);
    const order: StreamsOrder = {
      ...{ type: "open", url: installation.streamUrl, count, root: await pem("root.crt") },
      ...{ authorityCert: await pem("agents.crt"), authorityKey: await pem("agents.key") },
    };
    agents.send(order);
    const { failure } = await agents.next(ofType("opened"));
    if (failure !== undefined) throw new Error(`not all streams were opened: ${String(failure)}`);
    const openedS = (await cpuSeconds([door])) - cpuBefore;
    await sleep(settleMs);
    const cores = (await coresOver(idleS, [door, redis])) - coresAtRest;
    return {
      residentKb: ((await residentKb(door)) - residentBefore) / count,
      redisKb: ((await redisBytes(installation)) - redisBefore) / 1024 / count,
      openingMs: (1000 * openedS) / count,
      coresPer1000: (1000 * cores) / count,
    };
  } finally {
    await agents.stop();
  }
}

async function coresOver(seconds: number, pids: readonly number[]): Promise<number> {
  const before = await cpuSeconds(pids);
  await sleep(seconds * 1000);
  return ((await cpuSeconds(pids)) - before) / seconds;
}

/** VmRSS of proc_pid_status(5). */
async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
}

async function redisBytes({ tlsEnvironment }: Installation): Promise<number> {
  const redis = connectRedis(tlsEnvironment.REDIS_URL ?? "", () => undefined);
  try {
    return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
  } finally {
    redis.disconnect();
  }
}
