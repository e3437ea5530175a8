import { agentReportSchema, type ReportAnswer } from "@tapline/core/tap";
import type { FleetPort } from "./fleet.ts";

/**
 * Hands an agent's report to the fleet.
 * @throws ZodError where it is no report
 */
export function takeReport(
  body: unknown,
  agent: string,
  receivedAtEpochMs: number,
  fleet: FleetPort,
  clock: () => number,
): ReportAnswer {
  fleet.report(agent, agentReportSchema.parse(body), receivedAtEpochMs);
  return { receivedAtEpochMs, answeredAtEpochMs: clock(), directive: fleet.directiveOf(agent) };
}
