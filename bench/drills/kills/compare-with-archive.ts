import pg from "pg";
import { type AgentFigures, archivedTaps, type Installation, identityOf } from "../../installation/index.ts";
import type { DrillResult } from "../drill.ts";

/**
 * Compares what the agent numbered with the decrypted archive: every number from 1 on must lie in the archive or in
 * the quarantine, or be one of those whose end was "duplicate"; no tap of a tracker may lie in the archive twice.
 */
export async function compareWithArchive(
  installation: Installation,
  figures: AgentFigures,
): Promise<Omit<DrillResult, "faults">> {
  const numbers = new Set<number>();
  const identities = new Set<string>();
  let [archived, doubled] = [0, 0];
  for await (const tap of archivedTaps(installation.archiveDir, installation.archiveKey)) {
    archived++;
    const identity = identityOf(tap);
    if (identities.has(identity) || numbers.has(tap.seq)) doubled++;
    identities.add(identity);
    numbers.add(tap.seq);
  }
  const refused = await quarantined(installation.databaseUrl);
  const faultsFound: string[] = [];
  for (const seq of refused)
    if (numbers.has(seq)) faultsFound.push(`tap ${seq} was refused, and lies in the archive too`);
  const unaccounted = range(figures.taps).filter((seq) => !numbers.has(seq) && !refused.has(seq));
  const lost = Math.max(0, unaccounted.length - figures.duplicates);
  if (figures.archived !== archived)
    faultsFound.push(`the agent has ${figures.archived} receipts, the archive ${archived} taps`);
  if (figures.rejected !== refused.size)
    faultsFound.push(
      `the agent was told of ${figures.rejected} refusals, the quarantine has ${refused.size}`,
    );
  return { taps: figures.taps, lost, doubled, faultsFound };
}

async function quarantined(databaseUrl: string): Promise<ReadonlySet<number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ seq: string }>("SELECT seq FROM quarantined_tap");
    return new Set(rows.map(({ seq }) => Number(seq)));
  } finally {
    await client.end();
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
