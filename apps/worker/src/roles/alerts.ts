import { randomUUID } from "node:crypto";
import type { TelemetryStream } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { type Role, repeat } from "./role.ts";
import { Watch, type WatchParts } from "./watch-alerts.ts";

export type AlertsParts = WatchParts & {
  /** A connection to Redis, and what reads telemetry on it: it is blocked by the reading. */
  readonly connect: () => Redis;
  readonly telemetryOn: (connection: Redis) => Pick<TelemetryStream, "next">;
};

const waitMs = 1_000;
/** The lease holds three times as long. */
const leadEveryMs = 1_000;
const readEveryMs = 5_000;

/**
 * The alerts service. Any number may run; the one that holds the lease watches: each delta of telemetry is evaluated as it comes, and
 * what that says of alerts is recorded and told.
 */
export function startAlerts(parts: AlertsParts): Role {
  const holder = randomUUID();
  const [deltas, news] = [parts.connect(), parts.connect()];
  const telemetry = parts.telemetryOn(deltas);
  let watch: Watch | null = null;
  let ledAtMs = Number.NEGATIVE_INFINITY;
  const lead = async (): Promise<boolean> => {
    if (watch !== null && performance.now() - ledAtMs < leadEveryMs) return true;
    ledAtMs = performance.now();
    return await parts.streams.lease.lead(holder);
  };
  const watching = repeat(
    async () => {
      if (!(await lead())) {
        watch = null;
        return waitMs;
      }
      watch ??= await Watch.begin(parts);
      await watch.round(telemetry, lead);
      return 0;
    },
    (error) => parts.log.error({ err: error }, "watching for alerts failed"),
  );
  // Redis may have lost what was told while it was away.
  news.on("ready", () => watch?.doubt());
  const hearing = repeat(
    async () => {
      const heard = watch;
      if (heard === null) return waitMs / 4;
      heard.hear(await parts.streams.follow(news, heard.heardUpTo, waitMs));
      return 0;
    },
    (error) => parts.log.warn({ err: error }, "what people do to alerts cannot be heard"),
  );
  // On its own: a store that is slow or away holds up no evaluation.
  const reading = repeat(
    async () => {
      if (watch === null) return waitMs / 4;
      await watch.takeReadings();
      return readEveryMs;
    },
    (error) => parts.log.warn({ err: error }, "levels for alerts cannot be read"),
  );
  return {
    stop: async () => {
      const ended = [watching.stop(), hearing.stop(), reading.stop()];
      for (const connection of [deltas, news]) connection.disconnect();
      await Promise.all(ended);
      await watch?.record(lead);
      await parts.streams.lease.resign(holder);
    },
  };
}
