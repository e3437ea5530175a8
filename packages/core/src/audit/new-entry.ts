import { type RandomBytes, uuidV7 } from "../kernel/index.ts";
import type { AuditEntry } from "./entry.ts";

/** What an entry says beside its own id, version and time. */
export type EntryFacts = Omit<AuditEntry, "version" | "id" | "atEpochMs">;

/** An entry of now, with an id of its own. @param atEpochMs wall clock, ms */
export function newEntry(atEpochMs: number, randomBytes: RandomBytes, facts: EntryFacts): AuditEntry {
  return { version: 1, id: uuidV7(atEpochMs, randomBytes), atEpochMs, ...facts };
}
