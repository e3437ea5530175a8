import { type TelemetryDelta, telemetryDeltaSchema } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { telemetryKeys } from "./keys.ts";

const deltasKept = 10_000;

/** The stream on which processes report what they saw. */
export class TelemetryStream {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async report(delta: TelemetryDelta): Promise<void> {
    await this.#redis.xadd(telemetryKeys.deltas, "MAXLEN", "~", deltasKept, "*", "j", JSON.stringify(delta));
  }

  /** Deltas after entry `after`, oldest first, at most 1,000. */
  async read(after: string): Promise<{ next: string; deltas: TelemetryDelta[] }> {
    const start = after === "0" ? "-" : `(${after}`;
    const rows = await this.#redis.xrange(telemetryKeys.deltas, start, "+", "COUNT", 1_000);
    return {
      next: rows.at(-1)?.[0] ?? after,
      deltas: rows.map(([, fields]) => telemetryDeltaSchema.parse(JSON.parse(fields[1] ?? ""))),
    };
  }
}
