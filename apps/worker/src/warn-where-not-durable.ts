import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** "durable" is a promise that Redis keeps only with `appendfsync always`. */
export async function warnWhereNotDurable(redis: Redis, log: Logger): Promise<void> {
  try {
    const [, policy] = (await redis.config("GET", "appendfsync")) as string[];
    const [, enabled] = (await redis.config("GET", "appendonly")) as string[];
    if (policy !== "always" || enabled !== "yes")
      log.warn(
        { appendonly: enabled, appendfsync: policy },
        "Redis may lose its last writes in a power cut; set appendonly yes and appendfsync always",
      );
  } catch {
    log.info("Redis does not tell its appendfsync policy; make sure that it is always, or replicated");
  }
}
