import { type AgentReading, agentHeardWithinMs } from "@tapline/core/kpi";
import type { FleetStanding } from "./standing.ts";

/** Who is online of the agents that may deliver, by three intervals of its own reports for each. */
export function fleetStanding(fleet: readonly AgentReading[], nowEpochMs: number): FleetStanding {
  const silent = fleet
    .filter(({ last }) => {
      if (last === null) return true;
      // Who was heard in what is the future by now was heard before the clock was put back.
      return Math.abs(nowEpochMs - last.seenAtEpochMs) > agentHeardWithinMs(last.reportEveryMs);
    })
    .map(({ agent, site, last }) => ({ agent, site, heardAtEpochMs: last?.seenAtEpochMs ?? null }))
    .toSorted((a, b) => (b.heardAtEpochMs ?? 0) - (a.heardAtEpochMs ?? 0) || (a.agent < b.agent ? -1 : 1));
  return { known: fleet.length, online: fleet.length - silent.length, silent };
}
