import type { AuditEntries } from "@tapline/adapters/prisma";

/** The part of the audit log that the console reads. */
export type AuditReader = Pick<AuditEntries, "page">;
