export { type AuditEntry, auditActions, auditEntrySchema, sealEntry } from "./entry.ts";
export { type EntryFacts, newEntry } from "./new-entry.ts";
