import {
  type EntryFacts,
  type Erasure,
  entryAs,
  formatErasure,
  inclusionProof,
  type LogSigner,
  leafHash,
  rootOf,
  sealEntry,
} from "./index.ts";

const [erased, erasing] = ["01939b6c-0000-7000-8000-000000000001", "01939b6c-0000-7000-8000-000000000002"];

/** What a certificate says beside its proof. */
export const erasure: Omit<Erasure, "proof"> = {
  entry: erased,
  field: "reason",
  erasedAtEpochMs: Date.UTC(2026, 10, 28, 12),
  erasedBy: erasing,
};

/** A certificate by a log of which the third of ten entries says so. @param says what that entry says otherwise */
export function erasureOf(log: LogSigner, says: Partial<EntryFacts> = {}): string {
  const entry = entryAs(erasing, erasure.erasedAtEpochMs, {
    ...{ actor: { kind: "operator", id: "ann" }, reason: null },
    ...{ action: "audit.erased", subject: `entry/${erased}`, facts: { field: "reason" } },
    ...says,
  });
  const { bytes } = sealEntry(entry);
  const leaves = Array.from({ length: 10 }, (_, i) => leafHash(i === 2 ? bytes : Buffer.from(`entry ${i}`)));
  const note = log.signHead(leaves.length, rootOf(leaves));
  return formatErasure(erasure, { index: 2, path: inclusionProof(leaves, 2), note, extra: bytes });
}
