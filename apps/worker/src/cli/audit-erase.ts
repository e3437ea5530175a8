import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErasableField, formatErasure, type TlogProof } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { openAuditLog, openErasures } from "../wire/commands/audit.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";

interface EraseOptions extends ActingOptions {
  readonly log?: string;
  readonly out?: string;
}

/** An entry has its place, and a checkpoint above it, within a second where a worker runs. */
const provenWithinMs = 10_000;
const lookEveryMs = 200;

/** Erases a field of an entry, and gives out the certificate of it; of one that is erased, the certificate once more. */
export async function erase(entry: string, field: ErasableField, options: EraseOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const { databaseUrl } = await findStores();
  const { erasures, close } = openErasures(databaseUrl);
  try {
    if (dryRun) {
      const { erased } = await erasures.find(entry, field);
      const text =
        erased === null
          ? `would erase the ${field} of entry ${entry} for good; the log stays as it is`
          : `the ${field} of entry ${entry} was erased on ${dayOf(erased.atEpochMs)}`;
      return void process.stdout.write(`${text}\n`);
    }
    const { atEpochMs, by } = await erasures.erase(entry, field, act);
    const text = formatErasure(
      { entry: entry.toLowerCase(), field, erasedAtEpochMs: atEpochMs, erasedBy: by },
      await proofOf(by, databaseUrl, options.log),
    );
    if (options.out === undefined) process.stdout.write(text);
    else await writeFile(options.out, text, { flag: "wx" });
  } finally {
    await close();
  }
}

async function proofOf(entry: string, databaseUrl: string, named: string | undefined): Promise<TlogProof> {
  const { log, close } = await openAuditLog(databaseUrl, named);
  try {
    const end = performance.now() + provenWithinMs;
    for (;;) {
      const proof = await log.prove(entry);
      if (proof !== null) return proof;
      if (performance.now() > end) break;
      await sleep(lookEveryMs);
    }
  } finally {
    await close();
  }
  throw new TaplineError(
    "unavailable",
    `it is erased; the log has not taken up the entry ${entry}, which says so`,
    {
      remedy: "See that a worker with the role audit runs, and call again for the certificate.",
    },
  );
}

const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
