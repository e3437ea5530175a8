import { TaplineError } from "@tapline/core/kernel";

/** @throws TaplineError `misconfigured` where no Redis is known, so that who watches alerts could not be told */
export function assertRedis<Streams>(streams: Streams | null): Streams {
  if (streams !== null) return streams;
  throw new TaplineError("misconfigured", "REDIS_URL is not set: who watches could not be told", {
    remedy: "set it to the Redis of the installation, beside DATABASE_URL",
  });
}
