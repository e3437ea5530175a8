import type { TelemetryStream } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { HeldLease } from "./held-lease.ts";
import { type Role, repeat } from "./role.ts";
import { Watch, type WatchParts } from "./watch-alerts.ts";
import { atMost } from "./within.ts";

export type AlertsParts = WatchParts & {
  /** A connection to Redis, and what reads telemetry on it: it is blocked by the reading. */
  readonly connect: () => Redis;
  readonly telemetryOn: (connection: Redis) => Pick<TelemetryStream, "next">;
};

const waitMs = 1_000;
const readEveryMs = 5_000;
/** Longer than others wait for the lease: one of them may be able to. */
const pauseAfterFalseStartMs = 2_000;

/**
 * The alerts service. Any number may run; the one that holds the lease watches: each delta of telemetry is evaluated as it comes, and
 * what that says of alerts is recorded and told.
 */
export function startAlerts(parts: AlertsParts): Role {
  const lease = new HeldLease(parts.streams.lease);
  const maySettle = () => lease.maySettle();
  const [deltas, news] = [parts.connect(), parts.connect()];
  const telemetry = parts.telemetryOn(deltas);
  let watch: Watch | null = null;
  const watching = repeat(
    async () => {
      if (!(await lease.lead())) {
        watch = null;
        return waitMs;
      }
      watch ??= await begin(parts, lease);
      if (watch === null) {
        await lease.resign();
        return pauseAfterFalseStartMs;
      }
      const current = watch;
      await lease.during(() => current.round(telemetry, maySettle));
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
  const end = async (): Promise<void> => {
    await Promise.all([watching.stop(), hearing.stop(), reading.stop()]);
    await watch?.settle(maySettle);
    await lease.resign();
  };
  return {
    stop: async (graceMs) => {
      const ended = end();
      for (const connection of [deltas, news]) connection.disconnect();
      // Redis may be away: what is not recorded then is found anew by the next watch.
      await atMost(graceMs, ended);
      ended.catch(() => undefined);
    },
  };
}

/** Null: it could not, and has said so. */
async function begin(parts: WatchParts, lease: HeldLease): Promise<Watch | null> {
  try {
    // The answers that it waits for may take longer than the lease holds.
    return await lease.during(() => Watch.begin(parts));
  } catch (error) {
    parts.log.error(
      { err: error },
      "this process cannot begin to watch for alerts: it needs the rules and the open alerts first; it tries again",
    );
    return null;
  }
}
