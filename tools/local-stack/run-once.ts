import { TaplineError } from "@tapline/core/kernel";
import type { DataFolder } from "./data-folder.ts";
import type { AgentCounts, LiveCounts } from "./live-counts.ts";
import { countArchive, newestRestoreCommand } from "./newest-object.ts";
import { awayText } from "./summary.ts";

/** What `npm start -- --once` prints as its last line. */
export type OnceReport = Readonly<{
  taps: number;
  /** Taps that the door took and validation did not refuse: duplicates are among them. */
  accepted: number;
  rejected: number;
  duplicates: number;
  archived: number;
  segments: number;
  archiveDir: string;
  restoreCommand: string;
  seconds: number;
}>;

/** Without any change of the figures for this long, something hangs. */
const stallMs = 60_000;

/** Waits until the agent has a receipt for every tap. Throws `unavailable` naming what is missing once nothing moves. */
export async function waitUntilDone(
  counts: LiveCounts,
  taps: number,
  show: () => void,
): Promise<AgentCounts> {
  let last = "";
  let changedMs = Date.now();
  for (;;) {
    await counts.next(1_000);
    const { agent } = counts;
    show();
    if (agent?.done === true) return agent;
    const now = JSON.stringify([
      agent?.taps,
      agent?.pending,
      agent?.archived,
      agent?.rejected,
      agent?.duplicates,
    ]);
    if (now !== last) changedMs = Date.now();
    last = now;
    if (Date.now() - changedMs < stallMs) continue;
    const state =
      agent === undefined ? "the agent told nothing" : `${agent.pending} of ${taps} have no receipt`;
    const why = [state, ...counts.awayArchives.map(awayText)].join("; ");
    throw new TaplineError("unavailable", `nothing has moved for ${stallMs / 1000} s: ${why}`, {
      remedy: "read the logs in the data folder; what is missing goes on at the next start",
    });
  }
}

function fault(agent: AgentCounts, taps: number, inArchive: { taps: number }): string | undefined {
  if (agent.taps !== taps) return `the agent read ${agent.taps} taps, ${taps} were asked for`;
  const expected = agent.taps - agent.rejected - agent.duplicates;
  if (agent.archived !== expected)
    return `${expected} taps should be archived (read − rejected − duplicates), the agent has ${agent.archived} receipts`;
  // More is no fault: an earlier run that was broken off may have left taps behind, which are archived now.
  if (inArchive.taps < expected)
    return `${expected} taps should be archived, the archive's index has ${inArchive.taps}`;
  return undefined;
}

/**
 * Checks a finished bounded run against the database and makes its report. `before` are the archive's counts at the
 * start. Throws `conflict` naming what is missing.
 */
export async function reportOnce(
  agent: AgentCounts,
  asked: Readonly<{ taps: number; before: { taps: number; segments: number }; startedMs: number }>,
  databaseUrl: string,
  folder: DataFolder,
): Promise<OnceReport> {
  const after = await countArchive(databaseUrl);
  const inArchive = {
    taps: after.taps - asked.before.taps,
    segments: after.segments - asked.before.segments,
  };
  const missing = fault(agent, asked.taps, inArchive);
  if (missing !== undefined)
    throw new TaplineError("conflict", missing, { remedy: "read the logs in the data folder" });
  const command = await newestRestoreCommand(databaseUrl, folder);
  if (command === undefined) throw new TaplineError("conflict", "the archive is empty");
  return {
    taps: agent.taps,
    accepted: agent.taps - agent.rejected,
    rejected: agent.rejected,
    duplicates: agent.duplicates,
    archived: agent.archived,
    segments: inArchive.segments,
    archiveDir: folder.archive,
    restoreCommand: command,
    seconds: Math.round((Date.now() - asked.startedMs) / 100) / 10,
  };
}
