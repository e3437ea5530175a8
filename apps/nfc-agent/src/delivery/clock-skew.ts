/** One question for the server's clock. */
export type ClockSample = {
  /** The server's clock minus the agent's, ms. */
  skewMs: number;
  /** How long question and answer were under way, ms: the skew is right to half of it. */
  roundTripMs: number;
};

const keptSamples = 8;
const trustedSamples = 3;
/** Clocks that drift apart by less between two questions are not taken for ones that were set. */
const driftMs = 500;

/**
 * Skew and round trip as in RFC 5905 §8.
 * @param tookMs from question to answer by a clock that never goes back, so that setting the agent's clock in between
 *   does not count
 */
export function clockSample(
  sentAtEpochMs: number,
  tookMs: number,
  answer: { receivedAtEpochMs: number; answeredAtEpochMs: number },
): ClockSample {
  const { receivedAtEpochMs, answeredAtEpochMs } = answer;
  const skewMs = (receivedAtEpochMs - sentAtEpochMs + (answeredAtEpochMs - (sentAtEpochMs + tookMs))) / 2;
  return { skewMs, roundTripMs: Math.max(0, tookMs - (answeredAtEpochMs - receivedAtEpochMs)) };
}

/** How far the server's clock is ahead of the agent's, out of the last samples. */
export class ClockSkew {
  #samples: ClockSample[] = [];

  /** ms; the median of the three of the last eight samples that were least under way. Null before the first. */
  get ms(): number | null {
    const best = this.#samples
      .toSorted((a, b) => a.roundTripMs - b.roundTripMs)
      .slice(0, trustedSamples)
      .map(({ skewMs }) => skewMs)
      .sort((a, b) => a - b);
    const median = best[best.length >> 1];
    return median === undefined ? null : Math.round(median);
  }

  /** A sample that no delay explains says that a clock was set: those before count no more. */
  add(sample: ClockSample): void {
    const agrees = this.#samples.every(
      ({ skewMs, roundTripMs }) =>
        Math.abs(skewMs - sample.skewMs) <= (roundTripMs + sample.roundTripMs) / 2 + driftMs,
    );
    this.#samples = [...(agrees ? this.#samples : []), sample].slice(-keptSamples);
  }
}
