export { type AuditEntry, auditActions, auditEntrySchema, sealEntry } from "./entry.ts";
