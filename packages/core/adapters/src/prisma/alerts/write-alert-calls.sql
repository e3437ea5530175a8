-- Keeps how far those who are told of alerts have been told.
-- $1 text: JSON [{ alertId, rev, ended, over }], each alert at most once
INSERT INTO alert_call (alert_id, rev, ended, over)
SELECT "alertId", rev, ended, over
FROM jsonb_to_recordset($1::jsonb) AS given ("alertId" uuid, rev int, ended boolean, over boolean)
ON CONFLICT (alert_id) DO UPDATE SET rev = excluded.rev, ended = excluded.ended, over = excluded.over
