import { readFile } from "node:fs/promises";
import pg from "pg";
import { cpuSeconds } from "../cpu-seconds.ts";
import { countArchived, startInstallation } from "../installation/index.ts";
import { measureStream, nothing } from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";

const tapsPerSegment = 1_000;

/**
 * CPU per tap, by stream, over all serving processes, where the index holds so many taps already.
 * @returns µs of CPU per tap, and of it PostgreSQL's alone
 */
export async function costWithHistory(
  historyTaps: number,
  taps: number,
  faults: string[],
): Promise<{ allUs: number; postgresUs: number }> {
  const load = makeLoad(taps, false);
  const installation = await startInstallation({ trackers: load.trackers, unsigned: "accept" });
  try {
    await fill(installation.databaseUrl, historyTaps / tapsPerSegment);
    const postgres = installation.parts
      .filter(({ name }) => name === "postgres")
      .map((part) => part.life().pid);
    const before = await cpuSeconds(postgres);
    const measured = nothing();
    await measureStream(installation, load, measured);
    const postgresUs = (((await cpuSeconds(postgres)) - before) / taps) * 1e6;
    const { taps: archived } = await countArchived(installation.archiveDir, installation.archiveKey);
    if (archived !== load.archived)
      faults.push(`with ${historyTaps} taps before, ${archived} instead of ${load.archived} were archived`);
    return { allUs: 1e6 / (measured.tapsPerCpuS[0] ?? Number.NaN), postgresUs };
  } finally {
    await installation.stop();
  }
}

/**
 * Written, vacuumed, analysed and flushed before the clock runs: an index that has grown over years has that behind it, and one
 * that was filled a moment ago would have it done during the measurement.
 */
async function fill(databaseUrl: string, segments: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(await readFile(new URL("./fill-index.sql", import.meta.url), "utf8"), [segments]);
    await client.query("VACUUM (FREEZE, ANALYZE)");
    await client.query("CHECKPOINT");
  } finally {
    await client.end();
  }
}
