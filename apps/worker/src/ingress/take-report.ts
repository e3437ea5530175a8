import { agentReportSchema, type ReportAnswer } from "@tapline/core/tap";
import type { EpochLimits } from "./epoch-limits.ts";
import type { FleetPort } from "./fleet.ts";

export type ReportParts = {
  readonly fleet: FleetPort;
  readonly epochs: EpochLimits;
  readonly clock: () => number;
};

/**
 * Hands an agent's report to the fleet.
 * @throws ZodError where it is no report; TaplineError as `EpochLimits`
 */
export function takeReport(
  body: unknown,
  agent: string,
  receivedAtEpochMs: number,
  { fleet, epochs, clock }: ReportParts,
): ReportAnswer {
  const report = agentReportSchema.parse(body);
  epochs.assertSparing(agent, report.outbox.epoch, receivedAtEpochMs);
  fleet.report(agent, report, receivedAtEpochMs);
  return { receivedAtEpochMs, answeredAtEpochMs: clock(), directive: fleet.directiveOf(agent) };
}
