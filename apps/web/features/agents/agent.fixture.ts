import type { AgentReport } from "@tapline/core/tap";
import type { AgentView } from "../../contracts/agents.ts";

const [minuteMs, dayMs] = [60_000, 24 * 3_600_000];

/** The time of tests. */
export const now = Date.UTC(2026, 10, 29, 12);

export function reportOf(given: Partial<AgentReport> = {}): AgentReport {
  return {
    ...{ version: "1.2.0", platform: "linux-x64", startedAtEpochMs: now - dayMs, configRevision: 3 },
    ...({ link: "grpc", paused: null, clockSkewMs: 12 } as const),
    ...{ readers: { ready: 3, reading: 1 }, certificateEndsAtEpochMs: now + 60 * dayMs },
    outbox: { epoch: 1, nextSeq: 10, taps: 0, bytes: 0, oldestAgeMs: 0 },
    ...given,
  };
}

/** A healthy agent that reported 10 s ago, apart from what is given. */
export function agentView(
  id: string,
  given: Partial<AgentView> = {},
  report: Partial<AgentReport> = {},
): AgentView {
  return {
    ...{ id, site: "north", ring: 1, hostname: "pc-1", pinned: false, revokedAtEpochMs: null },
    ...{ enrolledAtEpochMs: now - 30 * dayMs, tokenEndsAtEpochMs: null, gapNumbers: 0 },
    certificate: { issuedAtEpochMs: now - 30 * dayMs, endsAtEpochMs: now + 60 * dayMs, count: 1 },
    wanted: { revision: 3, version: null },
    last: { report: reportOf(report), seenAtEpochMs: now - 10_000, heardWithinMs: 3 * minuteMs },
    ...{ lastArchivedAtEpochMs: now - minuteMs, readAtEpochMs: now },
    ...given,
  };
}
