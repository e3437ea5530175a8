-- A page of the audit log by any one filter is read off an index, newest first, whatever the log's size.
DROP INDEX "audit_entry_recorded_at_idx";
DROP INDEX "audit_entry_subject_idx";
CREATE INDEX "audit_entry_recorded_at_id_idx" ON "audit_entry" ("recorded_at", "id");
CREATE INDEX "audit_entry_action_recorded_at_id_idx" ON "audit_entry" ("action", "recorded_at", "id");
CREATE INDEX "audit_entry_actor_id_recorded_at_id_idx" ON "audit_entry" ("actor_id", "recorded_at", "id");
CREATE INDEX "audit_entry_subject_recorded_at_id_idx" ON "audit_entry" ("subject", "recorded_at", "id");
-- Kinds: `key` of key.changed, `segment` of segment/<id>. Prisma cannot tell of indexes on expressions.
CREATE INDEX "audit_entry_action_kind_idx" ON "audit_entry" (split_part("action", '.', 1), "recorded_at", "id");
CREATE INDEX "audit_entry_subject_kind_idx" ON "audit_entry" (split_part("subject", '/', 1), "recorded_at", "id");
