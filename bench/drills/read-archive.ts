import { createHash } from "node:crypto";
import { rawOf } from "@tapline/core/transfer";
import { archivedTaps, type Installation, identityOf } from "../installation/index.ts";

/** The decrypted archive. */
export type FoundInArchive = {
  /** Digest of what lies at a place, hexadecimal. */
  readonly places: ReadonlyMap<string, string>;
  /** The same by the agent's number. */
  readonly seqs: ReadonlyMap<number, string>;
  readonly taps: number;
  /** Taps that lie behind one of their tracker that their agent took later. */
  readonly late: number;
  /** Taps whose place or number is there more than once. */
  readonly doubled: number;
};

/** @param agent whose taps alone are looked at; default: all agents' */
export async function readArchive(
  installation: Pick<Installation, "archiveDir" | "archiveKey">,
  agent: string | null = null,
): Promise<FoundInArchive> {
  const places = new Map<string, string>();
  const seqs = new Map<number, string>();
  const latest = new Map<string, number>();
  let [taps, doubled, late] = [0, 0, 0];
  for await (const tap of archivedTaps(installation.archiveDir, installation.archiveKey)) {
    if (agent !== null && tap.agent !== agent) continue;
    taps++;
    const digest = sha256(rawOf(tap));
    if (places.has(identityOf(tap)) || seqs.has(tap.seq)) doubled++;
    places.set(identityOf(tap), digest);
    seqs.set(tap.seq, digest);
    const life = `${tap.tracker}/${tap.trackerEpoch}`;
    if (tap.seq < (latest.get(life) ?? 0)) late++;
    else latest.set(life, tap.seq);
  }
  return { places, seqs, taps, doubled, late };
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
