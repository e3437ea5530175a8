import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ProcessLoad, ServedRequests } from "@tapline/core/telemetry";
import type { StoreProbe } from "./store-probe.ts";

const loopResolutionMs = 20;

export type SampledParts = {
  readonly served: Pick<ServedRequests, "take">;
  readonly redis: StoreProbe;
  readonly postgresql: StoreProbe;
  /** Jobs that are not done; null where nobody knows. */
  readonly queued: () => Promise<number | null>;
};

/** Says how busy this process was since it was last asked, and how its stores were when they were last looked at. */
export class LoadSampler {
  readonly #parts: SampledParts;
  readonly #loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();
  #stores: Pick<ProcessLoad, "redisMs" | "postgresqlMs" | "queued"> = {
    ...{ redisMs: null, postgresqlMs: null, queued: null },
  };

  constructor(parts: SampledParts) {
    this.#parts = parts;
    this.#loop.enable();
    void this.look();
  }

  sample(): ProcessLoad {
    const nowMs = performance.now();
    const spanMs = Math.max(1, nowMs - this.#sinceMs);
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#sinceMs = nowMs;
    this.#cpu = process.cpuUsage();
    // What Node measures between two of its own ticks is at least their distance.
    const loopDelayMs = Math.max(0, this.#loop.percentile(99) / 1e6 - loopResolutionMs);
    this.#loop.reset();
    void this.look();
    return {
      ...this.#parts.served.take(),
      ...this.#stores,
      spanMs,
      cpuRatio: (user + system) / 1000 / spanMs,
      memoryBytes: process.memoryUsage.rss(),
      loopDelayMs,
    };
  }

  /** Looks at the stores, for the next sample. */
  async look(): Promise<void> {
    const { redis, postgresql, queued } = this.#parts;
    const [first, second, jobs] = await Promise.all([redis.look(), postgresql.look(), queued()]);
    this.#stores = { redisMs: first.tookMs, postgresqlMs: second.tookMs, queued: jobs };
  }

  stop(): void {
    this.#loop.disable();
  }
}
