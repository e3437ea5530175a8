import { randomBytes } from "node:crypto";
import type { RefusedCounts } from "@tapline/adapters/redis";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import { refusedCount, type TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** What the refused taps of a segment count in their agents' quotas. */
export function refusedByAgent(taps: readonly LoadedTap[], verdicts: readonly TapVerdict[]): RefusedCounts {
  const counts = new Map<string, number>();
  for (const [i, { buffered }] of taps.entries())
    if (verdicts[i]?.is === "rejected")
      counts.set(buffered.agent, (counts.get(buffered.agent) ?? 0) + refusedCount(buffered.payload.length));
  return counts;
}

/** One audit entry for each agent whose quota the segment has spent. */
export function quotaEntries(
  agents: readonly string[],
  perDay: number,
  segment: string,
  atEpochMs: number,
): AuditEntry[] {
  return agents.map((agent) =>
    newEntry(atEpochMs, randomBytes, {
      actor: { kind: "job", id: "validation" },
      action: "agent.quota-spent",
      subject: `agent/${agent}`,
      reason: null,
      facts: { segment, perDay },
    }),
  );
}
