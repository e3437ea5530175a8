import type { AuditEntry } from "@tapline/core/audit";
import type { RejectReason } from "@tapline/core/tap";
import type { AgentRun, DuplicateRun, TapRun } from "@tapline/core/transfer";

/** A tap by its agent's numbering. */
export type AgentTap = { readonly agent: string; readonly epoch: number; readonly seq: number };

export type SegmentRow = {
  readonly id: string;
  readonly objectPath: string;
  readonly objectBytes: number;
  readonly objectDigest: Buffer;
  readonly manifestDigest: Buffer;
  readonly taps: number;
  /** SubjectKeyIdentifiers of the keys that open it, hexadecimal. */
  readonly keyIds: readonly string[];
  readonly firstReadAtEpochMs: number;
  readonly lastReadAtEpochMs: number;
  readonly tapRuns: readonly TapRun[];
  readonly agentRuns: readonly AgentRun[];
};

export type QuarantineRow = AgentTap & {
  readonly reason: RejectReason;
  readonly detail: string;
  readonly digest: Buffer;
  readonly sealedPayload: Buffer;
  readonly reader: string;
  readonly readAtEpochMs: number;
  /** The release of the rules that refused it. */
  readonly rulesVersion: number;
};

/** What ends with a segment, written in one transaction. */
export type SegmentEnd = {
  readonly id: string;
  /** The life of the buffer in which the segment was cut; null for one adopted from the archive. */
  readonly generation: string | null;
  /** Null where no tap of the segment was accepted, so that there is no object. */
  readonly segment: SegmentRow | null;
  /** Names of the archives that hold it; empty where there is no object. */
  readonly copies: readonly string[];
  readonly quarantine: readonly QuarantineRow[];
  /** Taps that ended as duplicates. */
  readonly duplicateRuns: readonly DuplicateRun[];
  readonly entry: AuditEntry;
  /** Further entries of the same step, such as an equivocation that was found in it. */
  readonly moreEntries: readonly AuditEntry[];
};
