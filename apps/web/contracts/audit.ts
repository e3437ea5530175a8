import type { ShownEntry } from "@tapline/core/audit";

/** Of entries in one answer. */
export const auditPageSize = 200;
/** So many entries a console exports at once; more are the command's to write. */
export const mostExported = 100_000;

/** An entry where it stands among the others. */
export interface AuditRow {
  id: string;
  recordedAtEpochMs: number;
  /** Its place in the log; `null` while it waits for one. */
  index: number | null;
  /** `null` where it cannot be read: what was recorded there is no entry. */
  entry: ShownEntry | null;
}

/** Where an entry stands among the others. */
export type AuditSpot = Pick<AuditRow, "id" | "recordedAtEpochMs">;

/** Where a page of entries begins; at a time or a place with what stands there. */
export type AuditFrom =
  | { is: "newest" }
  | { is: "older" | "newer"; than: AuditSpot }
  | { is: "time"; epochMs: number }
  | { is: "place"; index: number };

/** Entries that fit, newest first, and whether there may be more in the direction that was asked for. */
export interface AuditPage {
  rows: AuditRow[];
  hasMore: boolean;
  /** A search for a text takes its time: it has come so far, and goes on from there; `null`: from the last of the rows. */
  searchedTo: AuditSpot | null;
}

/** Of an entry what stands in a line of it. */
export type LastAct = Pick<ShownEntry, "id" | "atEpochMs" | "actor" | "action" | "subject" | "reason">;

/** What people did last, newest first, without their signing in and out. */
export interface LastActs {
  acts: LastAct[];
  /** Of the people, by their ids; of those who are gone none. */
  names: Record<string, string>;
}

/** A signed checkpoint as it is kept: the note, and the size that it speaks of. */
export interface AuditCheckpoint {
  size: number;
  note: string;
  atEpochMs: number;
}

/** How far the log has come. */
export interface AuditLogState {
  /** The log that is told of. */
  name: string;
  /** All logs that the database holds: one, unless its key was lost once or somebody planted another. */
  names: string[];
  /** Entries with a place. */
  size: number;
  /** Entries that wait for one. */
  waiting: number;
  signed: AuditCheckpoint | null;
  /** The newest one that a witness has cosigned. */
  cosigned: AuditCheckpoint | null;
  /** The newest one that lies in the archive. */
  archived: AuditCheckpoint | null;
}

/** What an export would write. */
export interface AuditExportPlan {
  /** At most `mostExported` + 1. */
  entries: number;
  /** Of the log, by the checkpoint that would vouch. */
  size: number;
}
