import { type TelemetryDelta, telemetryDeltaSchema } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { deltasKept, telemetryKeys } from "./keys.ts";

/** A delta as it stands in the stream. */
export type ReportedDelta = {
  readonly entry: string;
  readonly atEpochMs: number;
  readonly delta: TelemetryDelta;
};

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
    const rows = await this.#redis.xrange(telemetryKeys.deltas, start, "+", "COUNT", 1_000);
    return rows.map(([entry, fields]) => ({
      entry,
      atEpochMs: Number(entry.split("-")[0]),
      delta: telemetryDeltaSchema.parse(JSON.parse(fields[1] ?? "")),
    }));
  }
}
