import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** Redis must have more memory than what the buffer counts: its own structures, receipts, queues, telemetry. */
const memoryPerCeiling = 1.5;

/**
 * "durable" is a promise that Redis keeps only with `appendfsync always`, and only where it evicts nothing to make room.
 * @param ceilingBytes what the buffer may hold
 */
export async function warnWhereNotDurable(redis: Redis, ceilingBytes: number, log: Logger): Promise<void> {
  try {
    const [fsync, enabled, eviction, memory] = await Promise.all(
      ["appendfsync", "appendonly", "maxmemory-policy", "maxmemory"].map(
        async (name) => ((await redis.config("GET", name)) as string[])[1],
      ),
    );
    if (fsync !== "always" || enabled !== "yes")
      log.warn(
        { appendonly: enabled, appendfsync: fsync },
        "Redis may lose its last writes in a power cut; set appendonly yes and appendfsync always",
      );
    if (eviction !== "noeviction")
      log.warn(
        { maxmemoryPolicy: eviction },
        "Redis may throw taps away when its memory is full; set maxmemory-policy noeviction",
      );
    const maxBytes = Number(memory);
    if (maxBytes > 0 && maxBytes < ceilingBytes * memoryPerCeiling)
      log.warn(
        { maxmemoryBytes: maxBytes, ceilingBytes },
        "Redis may use little more memory than the buffer alone may take; raise maxmemory, or lower TAPLINE_BUFFER_MAX_MIB",
      );
  } catch {
    log.info(
      "Redis does not tell its settings; make sure that appendfsync is always, or it is replicated, and that it evicts nothing",
    );
  }
}
