import type { DrillResult } from "../drill.ts";
import type { Quarantined } from "../quarantined.ts";
import type { FoundInArchive } from "../read-archive.ts";
import type { Handed, Ledger } from "../read-ledger.ts";

type Kept = Handed & { readonly seq: number };

/**
 * Compares the decrypted archive and the quarantine with the ledger: each place holds one of the contents that were read
 * for it, no other place holds any; whatever else was read for it with other content is refused as `equivocation`; whatever
 * has no place is refused, for the reason that was foreseen.
 */
export function compareWithLedger(
  { handed, lost: holes }: Pick<Ledger, "handed" | "lost">,
  archive: Pick<FoundInArchive, "places" | "doubled">,
  refused: readonly Pick<Quarantined, "seq" | "reason">[],
): Omit<DrillResult, "faults"> {
  const reasons = new Map(refused.map(({ seq, reason }) => [seq, reason]));
  const kept = handed.flatMap((packet) => (packet.seq === null ? [] : [{ ...packet, seq: packet.seq }]));
  const places = new Map<string, Kept[]>();
  const faultsFound: string[] = [];
  for (const packet of kept) {
    if (packet.place !== null) places.set(packet.place, [...(places.get(packet.place) ?? []), packet]);
    else faultsFound.push(...refusedWrongly(packet, reasons.get(packet.seq)));
  }
  let lost = 0;
  for (const [place, packets] of places) {
    const digest = archive.places.get(place);
    if (digest === undefined) lost++;
    else faultsFound.push(...placedWrongly(place, digest, packets, reasons));
  }
  for (const place of archive.places.keys())
    if (!places.has(place)) faultsFound.push(`${place} is archived, and no good packet was read for it`);
  for (const place of holes)
    if (archive.places.has(place)) faultsFound.push(`${place} should be a hole, and is archived`);
  return { taps: kept.length, lost, doubled: archive.doubled, faultsFound };
}

function refusedWrongly({ seq, expected }: Kept, found: string | undefined): string[] {
  const reason = expected.verdict === "rejected" ? expected.reason : null;
  if (found === undefined) return [`tap ${seq} should be refused, and is not in quarantine`];
  return reason === null || reason === found
    ? []
    : [`tap ${seq} is refused as ${found} instead of ${reason}`];
}

function placedWrongly(
  place: string,
  digest: string,
  packets: readonly Kept[],
  reasons: ReadonlyMap<number, string>,
): string[] {
  const wrong = packets.filter(
    ({ seq, sha256 }) => reasons.get(seq) !== (sha256 === digest ? undefined : "equivocation"),
  );
  const faults = wrong.map(({ seq }) => `tap ${seq} of ${place} has the wrong end: ${reasons.get(seq)}`);
  const known = packets.some(({ sha256 }) => sha256 === digest);
  return known ? faults : [...faults, `${place} is archived with bytes that nobody read`];
}
