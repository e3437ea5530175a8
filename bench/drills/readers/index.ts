import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import {
  type AgentFigures,
  type Installation,
  makeTrackers,
  startAgent,
  startInstallation,
} from "../../installation/index.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { quarantined } from "../quarantined.ts";
import { readArchive } from "../read-archive.ts";
import { readLedger } from "../read-ledger.ts";
import { compareWithLedger } from "./compare-with-ledger.ts";

const readers = 16;
const settleTimeoutMs = 180_000;
const scenarioFile = new URL("./scenario.json", import.meta.url).pathname;

/** All that can go wrong between tags, readers and validation, on the real path. */
export const troubledReaders: Drill = {
  name: "readers",
  about: "torn, pulled, cloned, forged and missed taps at simulated readers, compared with their ledger",
  run: async (options) => {
    const trackers = await makeTrackers();
    const installation = await startInstallation({ trackers: trackers.enrolled, unsigned: "refuse" });
    try {
      const { revokedTrackers } = JSON.parse(await readFile(scenarioFile, "utf8")) as {
        revokedTrackers: number;
      };
      await revoke(
        installation.databaseUrl,
        trackers.enrolled.slice(-revokedTrackers).map(({ id }) => id),
      );
      return await playScenario(installation, trackers.file, options);
    } finally {
      await installation.stop();
      await trackers.remove();
    }
  },
};

async function playScenario(
  installation: Installation,
  trackersFile: string,
  { times, seed, say }: DrillOptions,
): Promise<DrillResult> {
  const ledgerFile = join(installation.dir, "ledger.ndjson");
  await writeFile(ledgerFile, "");
  const agent = await startAgent(installation, trackersFile, {
    TAPLINE_AGENT_READERS: String(readers),
    TAPLINE_AGENT_SCENARIO: scenarioFile,
    TAPLINE_AGENT_LEDGER: ledgerFile,
    // Every second visit brings a fault.
    TAPLINE_AGENT_TAPS: String(2 * times),
    TAPLINE_AGENT_SEED: String(seed),
  });
  try {
    await done(agent.figures);
  } finally {
    await agent.stop();
  }
  const ledger = await readLedger(ledgerFile);
  say(`${ledger.handed.length} taps read, ${ledger.failures} failures, ${ledger.lost.size} holes for good`);
  const troubled = ledger.handed.filter(({ expected }) => expected.verdict !== "archived");
  const faults = ledger.failures + troubled.length;
  const archive = await readArchive(installation);
  return { faults, ...compareWithLedger(ledger, archive, await quarantined(installation.databaseUrl)) };
}

async function done(figures: () => Promise<AgentFigures>): Promise<void> {
  for (const endsAtMs = Date.now() + settleTimeoutMs; ; ) {
    const { done: isDone, pending } = await figures();
    if (isDone) return;
    if (Date.now() > endsAtMs)
      throw new Error(`${pending} taps have no end after ${settleTimeoutMs / 1000} s`);
  }
}

async function revoke(databaseUrl: string, trackers: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("UPDATE tracker SET revoked_at = now() WHERE id = ANY($1)", [trackers]);
  } finally {
    await client.end();
  }
}
