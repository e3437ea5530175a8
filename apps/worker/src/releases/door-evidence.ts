import type { Colour } from "@tapline/core/kernel";
import { type Evidence, noEvidence, sumEvidence } from "@tapline/core/rollout";
import { Histogram, type ServicesReport } from "@tapline/core/telemetry";

/** The table of services tells rates over so long, ms. */
const spanS = 60;

/**
 * What processes of a service that is reached by connections say of the last minute, by colour: requests, errors of ours, and
 * p99. Nothing of a process that has not been heard since the share is what it is.
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

function evidenceOf({ requestsPerSecond, errorRatio, p99Ms }: ServicesReport["services"][number]): Evidence {
  const attempts = Math.round((requestsPerSecond ?? 0) * spanS);
  const took = new Histogram();
  if (p99Ms !== null && attempts > 0) took.record(p99Ms, attempts);
  return { ...noEvidence, attempts, failures: Math.round(attempts * (errorRatio ?? 0)), took: took.data() };
}
