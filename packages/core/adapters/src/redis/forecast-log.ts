import { type ForecastTurn, forecastTurnSchema } from "@tapline/core/balance";
import type { Redis } from "ioredis";
import { balanceKeys } from "./keys.ts";
import { saidIn } from "./stream-entries.ts";

/** What was foretold and what came is kept for so long, ms. */
export const forecastsKeptMs = 86_400_000;

/** Where the process that balances keeps by the minute what it foretold and what came, so that it outlives that process. */
export class ForecastLog {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Keeps a turn, and drops what is too old. A minute is told once: of a second turn of it, or an older one, nothing is kept. */
  async add(turn: ForecastTurn): Promise<void> {
    const { forecasts } = balanceKeys;
    const { atEpochMs } = turn;
    // The minute is the entry's id, of which Redis takes growing ones only; the refusal is that command's own, and no error of the step.
    await this.#redis
      .multi()
      .xadd(forecasts, "MINID", atEpochMs - forecastsKeptMs, `${atEpochMs}-0`, "j", JSON.stringify(turn))
      .pexpire(forecasts, forecastsKeptMs)
      .exec();
  }

  /** The turns of the last 24 h before a moment, oldest first; those that cannot be read, as of a newer version, are left out. */
  async last(nowEpochMs: number): Promise<ForecastTurn[]> {
    const from = String(Math.max(0, nowEpochMs - forecastsKeptMs));
    const entries = await this.#redis.xrange(balanceKeys.forecasts, from, "+");
    return entries.flatMap((entry) => saidIn(forecastTurnSchema, entry) ?? []);
  }
}
