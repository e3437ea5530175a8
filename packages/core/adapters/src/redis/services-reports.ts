import { type ServicesReport, servicesReportSchema } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { telemetryKeys } from "./keys.ts";

/** A table that nobody renews is none, ms. */
export const reportHoldsMs = 10_000;

/** Where the telemetry collector puts the table of services for the console to read. */
export class ServicesReports {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async publish(report: ServicesReport): Promise<void> {
    await this.#redis.set(telemetryKeys.services, JSON.stringify(report), "PX", reportHoldsMs);
  }

  /** The last table; null where no collector has told one for 10 s. */
  async latest(): Promise<ServicesReport | null> {
    const text = await this.#redis.get(telemetryKeys.services);
    return text === null ? null : servicesReportSchema.parse(JSON.parse(text));
  }
}
