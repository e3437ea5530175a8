import type { Colour } from "@tapline/core/kernel";
import { type Evidence, noEvidence, sumEvidence } from "@tapline/core/rollout";
import { Histogram, type ServicesReport } from "@tapline/core/telemetry";

/** The table of services tells rates over so long, ms. */
const spanS = 60;

/**
 * What of a process's requests counts as taking its p99, the rest as taking its p50: more than the two points by which evidence has to
 * differ (`analysisLimits`), and of few requests too little to count.
 */
const tailShare = 0.03;

/**
 * What processes of a service that is reached by connections say of the last minute, by colour: requests, errors of ours, and how
 * long they took, as far as p50 and p99 tell. Nothing of a process that has not been heard since the share is what it is.
 */
export function doorEvidence(
  report: ServicesReport | null,
  service: string,
  sinceEpochMs: number | null,
): Readonly<Record<Colour, Evidence>> {
  const of = (colour: Colour): Evidence => {
    const processes = (report?.services ?? []).filter(
      (one) =>
        (one.colour ?? "blue") === colour &&
        one.roles.includes(service) &&
        sinceEpochMs !== null &&
        one.heardAtEpochMs >= sinceEpochMs,
    );
    return sumEvidence(processes.map(evidenceOf));
  };
  return { blue: of("blue"), green: of("green") };
}

function evidenceOf(process: ServicesReport["services"][number]): Evidence {
  const { requestsPerSecond, errorRatio, p50Ms, p99Ms } = process;
  const attempts = Math.round((requestsPerSecond ?? 0) * spanS);
  const took = new Histogram();
  // One slow request is one: were p99 what all of them took, chance would not explain it any more.
  const late = Math.ceil(attempts * tailShare);
  if (p99Ms !== null && late > 0) took.record(p99Ms, late);
  if (p50Ms !== null && attempts > late) took.record(p50Ms, attempts - late);
  return { ...noEvidence, attempts, failures: Math.round(attempts * (errorRatio ?? 0)), took: took.data() };
}
