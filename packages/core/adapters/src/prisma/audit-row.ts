import { randomBytes } from "node:crypto";
import { type AuditEntry, apart, sealEntry } from "@tapline/core/audit";
import type { Prisma } from "./generated/client.ts";

/**
 * An audit entry as its row: the sealed bytes, beside them what is searched by, and in rows of their own what can be erased. For
 * `create` alone; `createMany` takes no rows beside, see `auditRows`.
 */
export function auditRow(whole: AuditEntry): Prisma.AuditEntryCreateInput {
  const { row, erasable } = auditRows(whole);
  return erasable.length === 0
    ? row
    : { ...row, erasable: { create: erasable.map(({ entryId: _, ...field }) => field) } };
}

/** The row of an audit entry, and those beside it. */
export function auditRows(whole: AuditEntry) {
  const { entry, erasable } = apart(whole, randomBytes);
  const { bytes, leafHash } = sealEntry(entry);
  return {
    row: {
      id: entry.id,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      action: entry.action,
      subject: entry.subject,
      bytes: new Uint8Array(bytes),
      leafHash: new Uint8Array(leafHash),
    },
    erasable: erasable.map(({ field, value, salt }) => ({
      ...{ entryId: entry.id, field, value, salt: new Uint8Array(salt) },
    })),
  };
}
