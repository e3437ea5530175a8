import { randomBytes } from "node:crypto";
import type { RefusedCounts } from "@tapline/adapters/redis";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import { duplicatesCount, refusedCount, type TapVerdict } from "@tapline/core/validation";
import { duplicatesOf } from "./duplicates-of.ts";
import type { LoadedTap } from "./segment-loader.ts";

/**
 * What a segment's refused taps and duplicates count in their agents' quotas. One of which nothing is archived costs an audit
 * entry all the same: whose taps count nothing else in it counts one, also for what was sent again under the same numbers.
 */
export function quotaCounts(taps: readonly LoadedTap[], verdicts: readonly TapVerdict[]): RefusedCounts {
  const all = new Map<string, { counts: number; countsOver: number }>();
  const add = (agent: string, counts: number, countsOver: number): void => {
    const before = all.get(agent) ?? { counts: 0, countsOver: 0 };
    if (counts > 0)
      all.set(agent, { counts: before.counts + counts, countsOver: before.countsOver + countsOver });
  };
  for (const [i, { buffered }] of taps.entries())
    if (verdicts[i]?.is === "rejected") add(buffered.agent, refusedCount(buffered.payload.length), 1);
  const runs = Map.groupBy(duplicatesOf(taps, verdicts), ({ agent }) => agent);
  for (const [agent, { length }] of runs) add(agent, duplicatesCount(length), duplicatesCount(length));
  if (taps.length > 0 && !verdicts.some(({ is }) => is === "accepted"))
    for (const { buffered } of taps) if (!all.has(buffered.agent)) add(buffered.agent, 1, 1);
  return all;
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
