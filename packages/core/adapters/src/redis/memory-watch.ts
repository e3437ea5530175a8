import type { Redis } from "ioredis";
import { serversOf } from "./connect.ts";
import { creditKeys } from "./keys.ts";

/** How much memory the server uses of what it may; `maxBytes` 0 = it has no limit. */
export type ServerMemory = { readonly usedBytes: number; readonly maxBytes: number };

/** The memory of the Redis server, and the sign in it that the door stays shut while that is short. */
export class MemoryWatch {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** What counts against `maxmemory`, as the server itself judges it; of a cluster, of the node that is shortest. */
  async read(): Promise<ServerMemory> {
    const all = await Promise.all(serversOf(this.#redis).map(readOne));
    const share = ({ usedBytes, maxBytes }: ServerMemory): number =>
      maxBytes === 0 ? 0 : usedBytes / maxBytes;
    return all.reduce((a, b) => (share(b) > share(a) ? b : a));
  }

  async isShut(): Promise<boolean> {
    return (await this.#redis.exists(creditKeys.shut)) === 1;
  }

  /** Nothing is granted from now on, for at most `ttlMs`: who watches says so again, and who died does not. */
  async shut({ usedBytes, maxBytes }: ServerMemory, ttlMs: number): Promise<void> {
    await this.#redis.set(creditKeys.shut, `${usedBytes} of ${maxBytes} bytes`, "PX", ttlMs);
  }

  async open(): Promise<void> {
    await this.#redis.del(creditKeys.shut);
  }
}

async function readOne(server: Redis): Promise<ServerMemory> {
  const info = await server.info("memory");
  const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const usedBytes = figure("used_memory") - figure("mem_not_counted_for_evict");
  return { usedBytes, maxBytes: figure("maxmemory") };
}

/** When the server started, ms since 1970; of a cluster, the node that started last. */
export async function serverUpSinceEpochMs(redis: Redis, nowEpochMs: number): Promise<number> {
  const upSeconds = await Promise.all(
    serversOf(redis).map(async (server) =>
      Number(/^uptime_in_seconds:(\d+)/m.exec(await server.info("server"))?.[1] ?? Number.NaN),
    ),
  );
  return nowEpochMs - Math.min(...upSeconds) * 1_000;
}
