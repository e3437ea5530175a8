import { type AuditEntry, sealEntry } from "@tapline/core/audit";
import type { Prisma } from "./generated/client.ts";

/** An audit entry as its row: the sealed bytes, and beside them what is searched by. */
export function auditRow(entry: AuditEntry): Prisma.AuditEntryCreateInput {
  const { bytes, leafHash } = sealEntry(entry);
  return {
    id: entry.id,
    actorKind: entry.actor.kind,
    actorId: entry.actor.id,
    action: entry.action,
    subject: entry.subject,
    bytes: new Uint8Array(bytes),
    leafHash: new Uint8Array(leafHash),
  };
}
