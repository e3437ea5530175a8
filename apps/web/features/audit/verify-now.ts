import { apiClient, detailOf } from "../../client/api.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import { type CheckFact, checkLog, type GrowthPath, proofSizeOf, sizeOf } from "./check-log.ts";
import { keepCheckpoint, keptCheckpoint, verifierKeys } from "./kept-checkpoint.ts";

/** What was checked. */
export interface Verification {
  facts: CheckFact[];
  /** The newest checkpoint, as it was signed. */
  note: string;
  checkedAtEpochMs: number;
  /** Whether that one is kept from now on: what does not fit never takes the place of what was kept. */
  isKept: boolean;
}

/** Asks for what is to be checked, and checks it here. `open`: the entry that is open, too. @throws what the server answers */
export async function verifyNow(open: AuditRow | null): Promise<Verification> {
  const known = keptCheckpoint()?.note ?? null;
  const entry = open?.index == null ? null : await proofOf(open);
  // After the proof: the newest checkpoint is then no older than the proof's.
  const { signed } = await apiClient.auditBoard.log.query();
  if (signed === null) throw new Error("the log has no checkpoint yet");
  const newest = signed.note;
  const size = sizeOf(newest);
  const facts = checkLog({
    ...{ newest, known, keys: verifierKeys() },
    growth: known === null ? null : await growth(sizeOf(known), size),
    entry: entry && { ...entry, growth: await growth(proofSizeOf(entry.proof), size) },
  });
  const checkedAtEpochMs = Date.now();
  const isKept = facts.every(({ is }) => is !== "fails");
  if (isKept) keepCheckpoint({ note: newest, keptAtEpochMs: checkedAtEpochMs });
  return { facts, note: newest, checkedAtEpochMs, isKept };
}

async function proofOf({ id, entry }: AuditRow) {
  const { text } = await apiClient.auditBoard.proof.query({ id });
  return { shown: entry, proof: text };
}

/** `null` where the log has not that many entries. */
async function growth(from: number, to: number): Promise<GrowthPath | null> {
  if (from > to) return null;
  try {
    return (await apiClient.auditBoard.growth.query({ from, to })).path;
  } catch (error) {
    if (detailOf(error)?.code === "not-found") return null;
    throw error;
  }
}
