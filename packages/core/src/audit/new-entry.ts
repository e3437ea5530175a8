import { type RandomBytes, uuidV7 } from "../kernel/index.ts";
import type { NewAuditEntry } from "./entry.ts";

/** What was done, to what, and what that changed. */
export type Deed = Pick<NewAuditEntry, "action" | "subject" | "facts" | "before" | "after">;

/** What an entry says beside its own id, version and time. */
export type EntryFacts = Deed &
  Pick<NewAuditEntry, "actor" | "reason"> & { readonly traceId?: string | null | undefined };

/** An entry of now, with an id of its own. @param atEpochMs wall clock, ms */
export function newEntry(atEpochMs: number, randomBytes: RandomBytes, facts: EntryFacts): NewAuditEntry {
  return entryAs(uuidV7(atEpochMs, randomBytes), atEpochMs, facts);
}

/** The entry of this id, for what has one entry however often it is told. @param atEpochMs wall clock, ms */
export function entryAs(id: string, atEpochMs: number, facts: EntryFacts): NewAuditEntry {
  const { actor, action, subject, reason, traceId, before, after } = facts;
  return {
    ...{ version: 2, id, atEpochMs, actor, action, subject, reason, facts: facts.facts },
    traceId: traceId ?? null,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
