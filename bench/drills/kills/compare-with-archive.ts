import { createHash } from "node:crypto";
import pg from "pg";
import { type AgentFigures, archivedTaps, type Installation, identityOf } from "../../installation/index.ts";
import type { DrillResult } from "../drill.ts";
import { type FoundInArchive, judge } from "./judge.ts";
import type { Handed } from "./read-ledger.ts";

/** Decrypts the archive, reads the quarantine, and judges by both. */
export async function compareWithArchive(
  installation: Installation,
  handed: readonly Handed[],
  figures: AgentFigures,
): Promise<Omit<DrillResult, "faults">> {
  const refused = await quarantined(installation.databaseUrl);
  return judge({ handed, figures, refused, archive: await readArchive(installation) });
}

async function readArchive(installation: Installation): Promise<FoundInArchive> {
  const places = new Map<string, string>();
  const seqs = new Map<number, string>();
  let [taps, doubled] = [0, 0];
  for await (const tap of archivedTaps(installation.archiveDir, installation.archiveKey)) {
    taps++;
    const digest = sha256(Buffer.from(tap.raw, "base64"));
    if (places.has(identityOf(tap)) || seqs.has(tap.seq)) doubled++;
    places.set(identityOf(tap), digest);
    seqs.set(tap.seq, digest);
  }
  return { places, seqs, taps, doubled };
}

/** Digests of the taps in quarantine, hexadecimal. */
async function quarantined(databaseUrl: string): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ digest: Buffer }>("SELECT digest FROM quarantined_tap");
    return new Set(rows.map(({ digest }) => digest.toString("hex")));
  } finally {
    await client.end();
  }
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
