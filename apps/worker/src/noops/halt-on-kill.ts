import { type Actuator, type NoopsSwitches, refusalOf } from "@tapline/core/noops";
import type { Logger } from "pino";

/** Whoever decides has to keep the lease meanwhile, which holds for five seconds. */
const haltWithinMs = 2_000;

/**
 * Stops what was taken and goes on by itself, as a restart of many replicas, once somebody pulls the kill switch: in a process once for each
 * pull, so that what people restart afterwards goes on, and again where it could not be asked.
 */
export class HaltOnKill {
  readonly #actuator: Pick<Actuator, "halt"> | null;
  readonly #log: Pick<Logger, "info" | "warn">;
  /** When the kill switch was pulled for which it has stopped. */
  #doneForEpochMs: number | null = null;

  /** @param actuator null where nobody that runs the services may be asked */
  constructor(actuator: Pick<Actuator, "halt"> | null, log: Pick<Logger, "info" | "warn">) {
    this.#actuator = actuator;
    this.#log = log;
  }

  /** Never rejects. */
  async heed({ kill }: NoopsSwitches, fence: number): Promise<void> {
    if (this.#actuator === null || kill === null || kill.atEpochMs === this.#doneForEpochMs) return;
    try {
      const reason = `${kill.by} has pulled the kill switch`;
      await this.#actuator.halt({ fence, reason, signal: AbortSignal.timeout(haltWithinMs) });
      this.#log.info({ by: kill.by }, "the kill switch was pulled: nothing that was restarting goes on");
    } catch (err) {
      this.#log.warn({ err }, "the kill switch was pulled, and what restarts was not stopped");
      if (refusalOf(err) !== "unsupported") return;
    }
    this.#doneForEpochMs = kill.atEpochMs;
  }
}
