import { randomBytes } from "node:crypto";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** Most entries of one segment: a flood of clones must not become a flood of entries. The last one says how many there were. */
const maxEntries = 20;

/** One audit entry for each number of the segment that was used before for other content, with both contents' digests. */
export function equivocationEntries(
  taps: readonly LoadedTap[],
  verdicts: readonly TapVerdict[],
  segment: string,
  atEpochMs: number,
): AuditEntry[] {
  const found = taps.flatMap((tap, i) => {
    const verdict = verdicts[i];
    const first = verdict?.is === "rejected" ? verdict.first : undefined;
    return first === undefined ? [] : [{ tap, first }];
  });
  return found.slice(0, maxEntries).map(({ tap: { buffered, opened, digest }, first }, i) =>
    newEntry(atEpochMs, randomBytes, {
      actor: { kind: "job", id: "validation" },
      action: "tap.equivocation",
      subject: `tap/${buffered.agent}/${buffered.epoch}/${buffered.seq}`,
      reason: null,
      facts: {
        segment,
        sha256: digest.toString("hex"),
        firstSegment: first.segment,
        firstSha256Head: first.digest,
        ...(opened.ok
          ? { tracker: opened.tap.trackerId, number: `${opened.tap.epoch}/${opened.tap.seq}` }
          : {}),
        ...(i === maxEntries - 1 ? { inSegment: found.length } : {}),
      },
    }),
  );
}
