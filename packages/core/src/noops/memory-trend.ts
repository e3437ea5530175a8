import type { ServicesReport } from "../telemetry/index.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];
/** Over a shorter time memory tells of what was done a moment ago, not of a trend. */
const leastMs = 30 * minuteMs;
const mostMs = 2 * hourMs;

type Sample = { readonly atEpochMs: number; readonly bytes: number };

/** How fast the memory of processes grows, over up to two hours. Pure: times come with what is told. */
export class MemoryTrend {
  readonly #samples = new Map<string, Sample[]>();

  /** Takes what processes said of themselves, a sample of each a minute. */
  hear({ services, atEpochMs }: ServicesReport): void {
    const there = new Set(services.map(({ instance }) => instance));
    for (const instance of this.#samples.keys()) if (!there.has(instance)) this.#samples.delete(instance);
    for (const { instance, memoryBytes, isSilent } of services) {
      const samples = this.#samples.get(instance) ?? [];
      const last = samples.at(-1)?.atEpochMs ?? Number.NEGATIVE_INFINITY;
      if (memoryBytes === null || isSilent || atEpochMs - last < minuteMs) continue;
      const kept = samples.filter((one) => atEpochMs - one.atEpochMs <= mostMs);
      this.#samples.set(instance, [...kept, { atEpochMs, bytes: memoryBytes }]);
    }
  }

  /** Bytes per hour, of those that were heard for half an hour at least: the slope of the line of least squares. */
  growth(): Map<string, number> {
    const growth = new Map<string, number>();
    for (const [instance, samples] of this.#samples) {
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined || last.atEpochMs - first.atEpochMs < leastMs) continue;
      growth.set(instance, slopeOf(samples));
    }
    return growth;
  }
}

function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (one: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [atMean, bytesMean] = [mean(({ atEpochMs }) => atEpochMs), mean(({ bytes }) => bytes)];
  const covariance = mean(({ atEpochMs, bytes }) => (atEpochMs - atMean) * (bytes - bytesMean));
  return (covariance / mean(({ atEpochMs }) => (atEpochMs - atMean) ** 2)) * hourMs;
}
