import { Histogram, type HistogramData } from "../../telemetry/index.ts";

/** What was seen of one colour of a service over some time. */
export type Evidence = {
  /** How often it was to do something, and how often that failed, or came so late that the other colour was asked. */
  readonly attempts: number;
  readonly failures: number;
  /** Taps that it judged, and those that it refused. */
  readonly taps: number;
  readonly rejected: number;
  /** How often both colours did the same, and how often they came to another result. */
  readonly compared: number;
  readonly differing: number;
  /** How long it took, ms. */
  readonly took: HistogramData;
};

export const noEvidence: Evidence = {
  ...{ attempts: 0, failures: 0, taps: 0, rejected: 0, compared: 0, differing: 0 },
  took: { zero: 0, buckets: [] },
};

export function sumEvidence(parts: readonly Evidence[]): Evidence {
  const sum = (of: (part: Evidence) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    attempts: sum((part) => part.attempts),
    failures: sum((part) => part.failures),
    taps: sum((part) => part.taps),
    rejected: sum((part) => part.rejected),
    compared: sum((part) => part.compared),
    differing: sum((part) => part.differing),
    took: Histogram.from(...parts.map((part) => part.took)).data(),
  };
}
