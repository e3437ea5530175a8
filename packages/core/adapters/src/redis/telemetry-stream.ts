import { type SignOfLife, type TelemetryDelta, telemetryDeltaSchema } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { deltasKept, telemetryKeys } from "./keys.ts";

/** A delta as it stands in the stream. */
export type ReportedDelta = {
  readonly entry: string;
  readonly atEpochMs: number;
  readonly delta: TelemetryDelta;
};

/** What a process last said of itself, and how long ago by the server's clock, ms. */
export type HeardProcess = Pick<SignOfLife, "roles"> & {
  readonly instance: string;
  readonly agoMs: number;
};

/** Entries of one read. */
const pageEntries = 1_000;

/** The stream on which processes report what they saw. */
export class TelemetryStream {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async report(delta: TelemetryDelta): Promise<void> {
    await this.#redis.xadd(telemetryKeys.deltas, "MAXLEN", "~", deltasKept, "*", "j", JSON.stringify(delta));
  }

  /** Deltas after entry `after`, oldest first, at most 1,000, each with its entry and the server's time of it. */
  async read(after: string): Promise<ReportedDelta[]> {
    const start = after === "0" ? "-" : `(${after}`;
    const rows = await this.#redis.xrange(telemetryKeys.deltas, start, "+", "COUNT", pageEntries);
    return rows.map(reportedIn);
  }

  /**
   * Deltas after entry `after` as they come, oldest first, at most 1,000; none where none came within `withinMs`. Blocks the
   * connection, which must be the caller's own.
   */
  async next(after: string, withinMs: number): Promise<ReportedDelta[]> {
    const answer = await this.#redis.xread(
      ...(["COUNT", pageEntries, "BLOCK", Math.max(1, withinMs)] as const),
      ...(["STREAMS", telemetryKeys.deltas, after] as const),
    );
    return (answer?.[0]?.[1] ?? []).map(reportedIn);
  }

  /** Processes that gave a sign of life within the last `withinMs`, by name. */
  async heard(withinMs: number): Promise<HeardProcess[]> {
    const [seconds = 0, microseconds = 0] = (await this.#redis.time()).map(Number);
    const nowEpochMs = seconds * 1_000 + Math.floor(microseconds / 1_000);
    const last = new Map<string, HeardProcess>();
    let after = `${nowEpochMs - withinMs}-0`;
    for (;;) {
      const page = await this.read(after);
      for (const { atEpochMs, delta } of page) {
        const { instance, sign } = delta;
        const agoMs = Math.max(0, nowEpochMs - atEpochMs);
        if (sign !== undefined) last.set(instance, { instance, roles: sign.roles, agoMs });
      }
      const end = page.at(-1);
      if (end === undefined || page.length < pageEntries) break;
      after = end.entry;
    }
    return [...last.values()].toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  }
}

function reportedIn([entry, fields]: [entry: string, fields: string[]]): ReportedDelta {
  const delta = telemetryDeltaSchema.parse(JSON.parse(fields[1] ?? ""));
  return { entry, atEpochMs: Number(entry.split("-")[0]), delta };
}
