-- Writes policies at work. Those that are at work already stay as they are.
-- $1 text: JSON [{ alertId, policy, step, dueAt }]; dueAt null: it rests
INSERT INTO alert_escalation (alert_id, policy, step, due_at)
SELECT "alertId", policy, step, "dueAt"
FROM jsonb_to_recordset($1::jsonb) AS given ("alertId" uuid, policy text, step int, "dueAt" timestamptz)
ON CONFLICT DO NOTHING
