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

type AuditRows = ReturnType<typeof auditRows>;

/** The row of an entry for a statement that takes JSON: bytes in hexadecimal. */
export function entryJson({ row }: AuditRows) {
  return {
    id: row.id,
    actor_kind: row.actorKind,
    actor_id: row.actorId,
    action: row.action,
    subject: row.subject,
    bytes: Buffer.from(row.bytes).toString("hex"),
    leaf_hash: Buffer.from(row.leafHash).toString("hex"),
  };
}

/** A row beside an entry, alike. */
export function erasableJson({ entryId, field, value, salt }: AuditRows["erasable"][number]) {
  return { entry_id: entryId, field, value, salt: Buffer.from(salt).toString("hex") };
}
