import type { AgentRun } from "@tapline/core/transfer";
import { auditRows, entryJson, erasableJson } from "./audit-row.ts";
import type { QuarantineRow, SegmentEnd, SegmentRow } from "./segment-end.ts";

/** The argument of the database's `record_segment_end`: JSON, bytes in hexadecimal, times in ms since 1970. */
export function recordEndArgument(end: SegmentEnd): string {
  const { id, generation, segment, quarantine } = end;
  const [entry, moreEntries] = [auditRows(end.entry), end.moreEntries.map(auditRows)];
  return JSON.stringify({
    generation,
    segment_id: id,
    segment: segment === null ? null : segmentJson(segment),
    quarantine: quarantine.map(quarantineJson),
    duplicate_runs: end.duplicateRuns.map((run) => ({ ...runJson(run), held_by: run.heldBy })),
    copies: end.copies,
    entry: entryJson(entry),
    more_entries: moreEntries.map(entryJson),
    erasable: [entry, ...moreEntries].flatMap(({ erasable }) => erasable.map(erasableJson)),
  });
}

function segmentJson(row: SegmentRow) {
  return {
    id: row.id,
    object_path: row.objectPath,
    object_bytes: row.objectBytes,
    object_digest: row.objectDigest.toString("hex"),
    manifest_digest: row.manifestDigest.toString("hex"),
    taps: row.taps,
    key_ids: row.keyIds,
    first_read_at_ms: row.firstReadAtEpochMs,
    last_read_at_ms: row.lastReadAtEpochMs,
    tap_runs: row.tapRuns.map((run) => ({
      tracker: run.tracker,
      tracker_epoch: run.trackerEpoch,
      first_seq: run.firstSeq,
      last_seq: run.lastSeq,
      digests: run.digests.toString("hex"),
    })),
    agent_runs: row.agentRuns.map(runJson),
  };
}

function runJson({ agent, epoch, firstSeq, lastSeq, members }: AgentRun) {
  return { agent, epoch, first_seq: firstSeq, last_seq: lastSeq, members: members.toString("hex") };
}

function quarantineJson(row: QuarantineRow) {
  return {
    agent: row.agent,
    epoch: row.epoch,
    seq: row.seq,
    reason: row.reason,
    detail: row.detail,
    digest: row.digest.toString("hex"),
    sealed_payload: row.sealedPayload.toString("hex"),
    // PostgreSQL holds no NUL; the door lets none in, but what lies in the buffer may be older than the door.
    reader: row.reader.replaceAll("\0", ""),
    read_at_ms: row.readAtEpochMs,
    rules_version: row.rulesVersion,
  };
}
